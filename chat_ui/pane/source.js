/** The desk's case in view, as the widget's parts for conversations want to see it. */

import { empty } from '../core/conversation.js';

/** @typedef {import('../core/types.js').Draft} Draft */

const NOTHING = empty();

export class Source {
  /**
   * @param {import('./desk.js').Desk} desk
   * @param {import('../core/texts.js').Texts} texts
   */
  constructor(desk, texts) {
    this.desk = desk;
    // Whoever has no name of his own is the service itself, which greets and says good-bye.
    this.settings = { line1: texts.t('pane.service') };
    this.keeper = {
      get: () => desk.inView?.text ?? '',
      set: (/** @type {string} */ _, /** @type {string} */ text) => this.#type(text),
      remove: () => this.#type(''),
    };
  }

  /** @param {string} text */
  #type(text) {
    if (this.desk.inView) this.desk.inView.text = text;
  }

  /** What the customer asked before there was a group; it stands in front of what was said. */
  get question() {
    const facts = this.desk.inView?.facts;
    return facts?.desc ? { text: facts.desc, at: facts.openedAt * 1000, group: facts.GroupId, from: facts.customer.userID } : null;
  }

  get conversation() {
    return this.desk.inView?.talk ?? NOTHING;
  }

  /** In the widget's words: whether one can answer here. */
  get phase() {
    return this.desk.inView?.canWrite ? 'talking' : 'closed';
  }

  /** @param {string} account */
  roleOf(account) {
    return this.desk.roleOf(account, this.desk.inView?.facts);
  }

  earlier() {
    return this.desk.inView?.older().catch(() => {});
  }

  /** @param {Draft} draft */
  say(draft) {
    void this.desk.inView?.say(draft);
  }

  typing() {
    this.desk.typing();
  }
}
