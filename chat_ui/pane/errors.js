/** What went wrong, in words for an agent. */

/**
 * @param {import('../core/texts.js').Texts} texts
 * @param {string} [code] the service's own, or ours
 * @returns {string}
 */
export function wordsOf(texts, code = 'other') {
  const key = `pane.error.${code}`;
  return texts.has(key) ? texts.t(key) : texts.t('pane.error.other', { code });
}
