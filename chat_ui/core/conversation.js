/**
 * What is known of a conversation, as a plain value, and how it changes. No page, no clock, no network: the same events
 * in the same order make the same state, so that tabs which follow see what the leading one sees.
 */

/**
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').Member} Member
 * @typedef {object} Conversation
 * @property {string} me account
 * @property {string} group the present one
 * @property {Record<string, number>} lives group -> which life of the case it is
 * @property {Message[]} messages in order
 * @property {number} top everything of the present group up to here is known
 * @property {boolean} hasHole a message after `top` is missing: ask for what came after it
 * @property {number} readSeq how far the person of this page has read
 * @property {Record<string, number>} readBy account -> how far the others have read
 * @property {{from: string, at: number} | null} typing
 * @property {Record<string, string>} names account -> name
 * @property {string[]} members accounts
 * @property {string | null} before asks the service for what came earlier; null at the beginning
 *
 * @typedef {{type: 'opened', me: string, group: string, readSeq?: number} | {type: 'heard', messages: Message[]}
 *   | {type: 'fetched', messages: Message[], top: number} | {type: 'recalled', messages: Message[], before: string | null}
 *   | {type: 'queued', message: Message} | {type: 'sent', key: string, message: Message} | {type: 'failed', key: string, why: string}
 *   | {type: 'waiting', key: string} | {type: 'progress', key: string, progress: number} | {type: 'dropped', key: string}
 *   | {type: 'read-here', seq: number} | {type: 'read', from: string, seq: number} | {type: 'typing', from: string, at: number}
 *   | {type: 'quiet'} | {type: 'members', members: Member[]} | {type: 'names', names: Record<string, string>} | {type: 'forgotten'}} Change
 */

/** @returns {Conversation} */
export function empty() {
  return { me: '', group: '', lives: {}, messages: [], top: 0, hasHole: false, readSeq: 0, readBy: {}, typing: null, names: {}, members: [], before: null };
}

/** @type {Record<string, (state: Conversation, event: any) => Conversation>} */
const CHANGES = {
  opened: (state, { me, group, readSeq }) => (group === state.group && me === state.me ? state : { ...empty(), ...(me === state.me && kept(state)), me, group, readSeq: readSeq || 0, lives: withLife(state.lives, group) }),
  heard: (state, { messages }) => extended(state, messages),
  fetched: (state, { messages, top }) => extended({ ...state, top: Math.max(state.top, top, ...seqs(state, messages)), hasHole: false }, messages),
  recalled: (state, { messages, before }) => fromBelow({ ...merged(state, messages), before }),
  queued: (state, { message }) => merged(state, [message]),
  sent: (state, { key, message }) => extended(state, [{ ...message, key }]),
  failed: (state, { key, why }) => changed(state, key, { status: 'failed', why }),
  waiting: (state, { key }) => changed(state, key, { status: 'sending', why: undefined, progress: undefined }),
  progress: (state, { key, progress }) => changed(state, key, { progress }),
  dropped: (state, { key }) => ({ ...state, messages: state.messages.filter((message) => message.key !== key || message.status === 'sent') }),
  'read-here': (state, { seq }) => ({ ...state, readSeq: Math.max(state.readSeq, seq) }),
  read: (state, { from, seq }) => ({ ...state, readBy: { ...state.readBy, [from]: Math.max(state.readBy[from] || 0, seq) } }),
  typing: (state, { from, at }) => ({ ...state, typing: { from, at } }),
  quiet: (state) => ({ ...state, typing: null }),
  members: (state, { members }) => ({ ...state, members: members.map((/** @type {Member} */ member) => member.id), names: named(state.names, members.map((/** @type {Member} */ member) => [member.id, member.name])) }),
  names: (state, { names }) => ({ ...state, names: { ...state.names, ...names } }),
  forgotten: () => empty(),
};

/**
 * @param {Conversation} state
 * @param {Change} event
 * @returns {Conversation}
 */
export function reduce(state, event) {
  return CHANGES[event.type](state, event);
}

/** What outlives the change to another group of the same case. @param {Conversation} state */
function kept({ messages, names, before }) {
  return { messages, names, before };
}

/** @param {Record<string, number>} lives @param {string} group @returns {Record<string, number>} */
function withLife(lives, group) {
  return group in lives ? lives : { ...lives, [group]: Math.max(0, ...Object.values(lives)) + 1 };
}

/** @param {Conversation} state @param {Message[]} messages @returns {number[]} */
function seqs(state, messages) {
  return messages.filter((message) => message.group === state.group).map((message) => message.seq);
}

/** Merge, and find out whether something is missing in between. @param {Conversation} state @param {Message[]} messages @returns {Conversation} */
function extended(state, messages) {
  const next = merged(state, messages);
  const known = new Set(seqs(next, next.messages));
  let top = next.top;
  while (known.has(top + 1)) top += 1;
  return { ...next, top, hasHole: Math.max(0, ...known) > top };
}

/** Where nothing else is known yet, what the service told is known without a gap from its first place on. @param {Conversation} state @returns {Conversation} */
function fromBelow(state) {
  const known = new Set(seqs(state, state.messages).filter((seq) => seq > 0));
  if (state.top || !known.size) return state;
  let top = Math.min(...known);
  while (known.has(top + 1)) top += 1;
  return { ...state, top };
}

/** @param {Conversation} state @param {Message[]} messages @returns {Conversation} */
function merged(state, messages) {
  let { lives, names, typing } = state;
  const found = [...state.messages];
  for (const message of messages) {
    if (message.life) lives = { ...lives, [message.group]: message.life };
    else lives = withLife(lives, message.group);
    if (message.nick && message.kind !== 'line') names = named(names, [[message.from, message.nick]]);
    if (message.nick && message.who?.length === 1) names = named(names, [[message.who[0], message.nick]]);
    if (typing && message.from === typing.from && message.kind !== 'line') typing = null;
    put(found, message);
  }
  return { ...state, lives, names, typing, messages: found.sort(order(lives)) };
}

/** Replace what is the same message, add what is new. @param {Message[]} found @param {Message} message */
function put(found, message) {
  const at = found.findIndex((other) => isSame(other, message));
  if (at < 0) found.push(message);
  else found[at] = /** @type {Message} */ (withoutBlanks(found[at], message));
}

/** @param {Message} one @param {Message} other @returns {boolean} */
function isSame(one, other) {
  if (one.key && other.key) return one.key === other.key && one.flow === other.flow;
  if (one.seq && other.seq) return one.group === other.group && one.seq === other.seq;
  return one.id === other.id;
}

/** What the newer telling leaves blank stays as it was told before. @param {Message} older @param {Message} newer */
function withoutBlanks(older, newer) {
  const told = Object.fromEntries(Object.entries(newer).filter(([, value]) => value !== '' && value !== undefined));
  return { ...older, progress: undefined, why: undefined, ...told };
}

/** By life, then by the group's own count; what has none yet stands by its time, and what is still going out at the end. @param {Record<string, number>} lives */
function order(lives) {
  /** @param {Message} one @param {Message} other */
  return (one, other) => {
    const byLife = (lives[one.group] || 0) - (lives[other.group] || 0);
    if (byLife) return byLife;
    if (one.seq && other.seq) return one.seq - other.seq;
    if (isGoingOut(one) !== isGoingOut(other)) return isGoingOut(one) ? 1 : -1;
    return one.at - other.at;
  };
}

/** @param {Message} message @returns {boolean} */
function isGoingOut(message) {
  return message.status !== 'sent';
}

/** @param {Conversation} state @param {string} key @param {Partial<Message>} change @returns {Conversation} */
function changed(state, key, change) {
  return { ...state, messages: state.messages.map((message) => (message.key === key && message.status !== 'sent' ? { ...message, ...change } : message)) };
}

/** @param {Record<string, string>} names @param {[string, string][]} pairs @returns {Record<string, string>} */
function named(names, pairs) {
  const news = pairs.filter(([id, name]) => name && names[id] !== name);
  return news.length ? { ...names, ...Object.fromEntries(news) } : names;
}

/** How many messages of others this person has not read. @param {Conversation} state @returns {number} */
export function unread(state) {
  return state.messages.filter((message) => message.group === state.group && message.flow === 'in' && message.kind !== 'line' && message.seq > state.readSeq).length;
}

/** The newest place in the present group. @param {Conversation} state @returns {number} */
export function lastSeq(state) {
  return Math.max(0, ...seqs(state, state.messages));
}

/** Whether somebody else has read as far as this message. @param {Conversation} state @param {Message} message @returns {boolean} */
export function isRead(state, message) {
  return message.group !== state.group || Object.entries(state.readBy).some(([account, seq]) => account !== state.me && seq >= message.seq);
}
