/** What is not sent yet: kept over a reload, sent again when the line is back, and never said twice. */

import { ChatError, chatError } from './chat_error.js';

/**
 * @typedef {import('./types.js').Draft} Draft
 * @typedef {import('./types.js').Message} Message
 * @typedef {object} Post how it goes out
 * @property {(draft: Draft, onProgress: (fraction: number) => void) => Promise<Message>} send
 * @property {(seq: number, group: string) => Promise<Message[]>} after
 */

const PREFIX = 'out:';

export class Outbox {
  /** @type {Map<string, Draft>} */
  #drafts = new Map();
  /** @type {Set<string>} */
  #failed = new Set();
  #isBusy = false;

  /**
   * @param {import('./keeper.js').Keeper} keeper
   * @param {(event: import('./conversation.js').Change) => void} onChange
   * @param {(draft: Draft) => number} since the place in the draft's group after which to look for it
   */
  constructor(keeper, onChange, since) {
    this.keeper = keeper;
    this.onChange = onChange;
    this.since = since;
  }

  /** Take up what was kept before a reload; whether it went out is not known. @returns {Draft[]} */
  restore() {
    const drafts = this.keeper.names(PREFIX).map((name) => this.keeper.get(name)).filter((draft) => draft?.key && draft.kind === 'text');
    for (const draft of drafts.sort((one, other) => one.at - other.at)) this.#drafts.set(draft.key, { ...draft, tried: true });
    return [...this.#drafts.values()];
  }

  /** Take a draft; the same one twice is one. Files are kept as long as the page is. @param {Draft} draft */
  add(draft) {
    const known = this.#drafts.get(draft.key);
    this.#put({ ...known, ...draft, tried: Boolean(known?.tried || draft.tried) });
    this.#failed.delete(draft.key);
  }

  /** @param {string} key @returns {Draft | undefined} */
  draft(key) {
    return this.#drafts.get(key);
  }

  /** What is still to be sent, in order. @returns {Draft[]} */
  get pending() {
    return [...this.#drafts.values()].filter((draft) => !this.#failed.has(draft.key));
  }

  /** Give up a draft, or be done with it. @param {string} key */
  drop(key) {
    this.#drafts.delete(key);
    this.#failed.delete(key);
    this.keeper.remove(PREFIX + key);
  }

  /** Forget everything. */
  clear() {
    for (const key of [...this.#drafts.keys()]) this.drop(key);
  }

  /** Send what is pending, one after the other; stops where the line is gone. @param {Post} post */
  async flush(post) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let next = this.pending[0]; next; next = this.pending[0]) if (!(await this.#deliver(next, post))) break;
    } finally {
      this.#isBusy = false;
    }
  }

  /** @param {Draft} draft @param {Post} post @returns {Promise<boolean>} whether to go on with the next */
  async #deliver(draft, post) {
    try {
      const message = (draft.tried && (await this.#found(draft, post))) || (await this.#send(draft, post));
      this.drop(draft.key);
      this.onChange({ type: 'sent', key: draft.key, message });
      return true;
    } catch (error) {
      return this.#refused(draft, chatError(error));
    }
  }

  /** Look whether it arrived although nobody said so. @param {Draft} draft @param {Post} post */
  async #found(draft, post) {
    const said = await post.after(this.since(draft), draft.group || '');
    return said.find((message) => message.key === draft.key);
  }

  /** @param {Draft} draft @param {Post} post @returns {Promise<Message>} */
  async #send(draft, post) {
    this.#put({ ...draft, tried: true });
    this.onChange({ type: 'waiting', key: draft.key });
    return post.send(draft, (progress) => this.onChange({ type: 'progress', key: draft.key, progress }));
  }

  /** @param {Draft} draft @param {ChatError} error @returns {boolean} */
  #refused(draft, error) {
    if (error.isUncertain && draft.kind === 'text') return false;
    if (!error.isUncertain) this.#put({ ...draft, tried: false });
    this.#failed.add(draft.key);
    this.onChange({ type: 'failed', key: draft.key, why: error.code });
    return error.code !== 'signed_out';
  }

  /** @param {Draft} draft */
  #put(draft) {
    this.#drafts.set(draft.key, draft);
    if (draft.kind === 'text') this.keeper.set(PREFIX + draft.key, draft);
  }
}
