/**
 * What the agent has not read, by group. Live messages are counted one by one; where only the service tells, a case whose
 * last word is the customer's counts from where it was told last: as one, where it was not told before.
 *
 * @typedef {import('./agent_service.js').AgentCase} AgentCase
 */

export class Unread {
  /** @type {Map<string, number>} */ #seen = new Map();
  /** @type {Map<string, Set<number>>} */ #news = new Map();
  /** How far the service has told. @type {Map<string, number>} */ #told = new Map();

  /** @param {string} me the agent's account */
  constructor(me) {
    this.me = me;
  }

  /** @param {import('../core/types.js').Message} message @returns {boolean} whether it is new and unread */
  hear(message) {
    const isNews = message.flow === 'in' && message.from !== this.me && message.kind !== 'line' && message.seq > this.#seenIn(message.group);
    return isNews && this.#note(message.group, message.seq);
  }

  /** @param {AgentCase} told @returns {boolean} whether its last word is new and unread */
  told({ GroupId, lastSeq = 0, lastSender = '', customer }) {
    const before = Math.max(this.#told.get(GroupId) ?? lastSeq - 1, this.#seenIn(GroupId));
    this.#told.set(GroupId, lastSeq);
    if (lastSender !== customer.userID) return false;
    const news = Array.from({ length: Math.max(0, lastSeq - before) }, (_, n) => before + 1 + n);
    return news.map((seq) => this.#note(GroupId, seq)).includes(true);
  }

  /** @param {string} group @param {number} seq */
  #note(group, seq) {
    const news = this.#news.get(group) ?? new Set();
    this.#news.set(group, news);
    return news.size < news.add(seq).size;
  }

  /** @param {string} group */
  #seenIn(group) {
    return this.#seen.get(group) ?? 0;
  }

  /** @param {string} group @param {number} seq @returns {boolean} whether that was news */
  see(group, seq) {
    if (seq <= this.#seenIn(group)) return false;
    this.#seen.set(group, seq);
    const news = this.#news.get(group);
    news?.forEach((one) => one <= seq && news.delete(one));
    return true;
  }

  /** @param {string} group */
  count(group) {
    return this.#news.get(group)?.size ?? 0;
  }

  /** @param {AgentCase[]} cases */
  total(cases) {
    return cases.reduce((sum, one) => sum + this.count(one.GroupId), 0);
  }

  /** What another pane needs to count the same. */
  get seen() {
    return [...this.#seen];
  }
}
