/** What a customer has written, on its way to a ticket and into the conversation. */

/** A ticket's subject: the first line, as far as a whole word. @param {string} question @returns {string} */
export function subjectOf(question) {
  const line = question.trim().split('\n')[0];
  return line.length <= 80 ? line : `${line.slice(0, 80).replace(/\s+\S*$/, '')}…`;
}

/** A draft as it is shown until it is sent. @param {import('../core/types.js').Draft} draft @param {string} me @returns {import('../core/types.js').Message} */
export function messageOf(draft, me) {
  const file = draft.file;
  const shown = file ? { name: file.name, size: file.size, url: draft.kind === 'image' ? URL.createObjectURL(file) : '' } : { text: draft.text };
  return { id: draft.key, key: draft.key, group: draft.group || '', seq: 0, from: me, nick: '', at: draft.at, kind: draft.kind, flow: 'out', status: 'sending', quote: draft.quote, ...shown };
}
