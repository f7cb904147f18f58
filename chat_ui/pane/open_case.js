/**
 * A case that the agent has looked at: its facts, its conversation, and what he is about to say in it. The history comes
 * from the service, also from before he joined; what is said now comes over the line, or from the service without one.
 *
 * @typedef {import('./agent_service.js').AgentCase} AgentCase
 * @typedef {import('../core/conversation.js').Change} Change
 * @typedef {import('../core/outbox.js').Post} Post
 */

import { ChatError } from '../core/chat.js';
import { empty, lastSeq, reduce } from '../core/conversation.js';
import { fromService } from '../core/elements.js';
import { Keeper } from '../core/keeper.js';
import { Outbox } from '../core/outbox.js';
import { ServiceError } from '../core/service.js';

export class OpenCase {
  /** @type {AgentCase | null} */ facts = null;
  /** @type {string} */ trouble = '';
  isLoaded = false;
  /** He was in it once. */ hadFacts = false;
  text = '';
  /** @type {import('../core/types.js').Quote | null} */ quote = null;
  talk = empty();
  #isAsking = false;

  /**
   * @param {string} ref
   * @param {object} ways
   * @param {string} ways.me
   * @param {<T>(question: () => Promise<T>) => Promise<T>} ways.ask with a session
   * @param {import('./agent_service.js').AgentService} ways.service
   * @param {import('./holder.js').Holder} ways.holder
   * @param {() => void} ways.onChange
   */
  constructor(ref, ways) {
    this.ref = ref;
    this.ways = ways;
    this.outbox = new Outbox(new Keeper({ memoryOnly: true }), (change) => this.change(change), () => this.talk.top);
  }

  get group() {
    return this.facts?.GroupId ?? '';
  }

  get canWrite() {
    return Boolean(this.facts) && !this.facts?.isSupervisor && this.facts?.canWrite !== false && this.facts?.state !== 'closed';
  }

  /** Whether the line brings what is said here: it does for those who are in the group. */
  get isFed() {
    return this.ways.holder.isOnline && !this.facts?.isSupervisor;
  }

  /** @param {Change} change */
  change(change) {
    this.talk = reduce(this.talk, change);
    this.ways.onChange();
  }

  /** Ask the service for everything; what goes wrong is kept as `trouble`. */
  async load() {
    try {
      await this.refresh();
      if (!this.isLoaded) await this.older();
      this.isLoaded = true;
      this.ways.onChange();
      await this.catchUp();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The facts again: who is in it, how it stands. */
  async refresh() {
    const { ask, service, me } = this.ways;
    const facts = await ask(() => service.case(this.ref));
    this.facts = facts;
    this.hadFacts = true;
    this.trouble = '';
    const names = Object.fromEntries((facts.members ?? []).map(({ userID, name }) => [userID, name]));
    this.change({ type: 'opened', me, group: facts.GroupId });
    this.change({ type: 'names', names: { [facts.customer.userID]: facts.customer.name, ...names } });
  }

  /** The newest part of the conversation, then each earlier one. */
  async older() {
    const { ask, service, me } = this.ways;
    const before = this.talk.before ?? undefined;
    const told = await ask(() => service.messages(this.ref, { limit: 50, ...(before && { before }) }));
    const messages = told.messages.map((one) => fromService(/** @type {any} */ (one), me));
    if (!before) this.change({ type: 'fetched', messages, top: 0 });
    this.change({ type: 'recalled', messages, before: told.before });
  }

  /** Whatever was said since the last that is known; and what was not sent yet goes out. */
  async catchUp() {
    if (!this.isLoaded || this.#isAsking) return;
    this.#isAsking = true;
    try {
      await this.#fetch();
      await this.send();
    } finally {
      this.#isAsking = false;
    }
  }

  async #fetch() {
    const { holder, ask, service, me } = this.ways;
    const top = this.talk.top;
    const onLine = this.isFed ? await holder.after(top, this.group).catch(() => null) : null;
    const messages = onLine ?? (await ask(() => service.messages(this.ref, { after: this.#place, limit: 100 }))).messages.map((one) => fromService(/** @type {any} */ (one), me));
    if (messages.length) this.change({ type: 'fetched', messages, top });
  }

  /** The last known place, as the service counts it. */
  get #place() {
    const life = this.talk.lives[this.group] ?? 1;
    return `${life}.${Math.max(this.talk.top, 0)}`;
  }

  /** @param {unknown} error */
  #fail(error) {
    this.trouble = error instanceof ServiceError ? error.code : 'unreachable';
    if (this.trouble === 'no_case') this.#forget();
    this.ways.onChange();
  }

  /** Who is not in a case keeps nothing of it; what he has typed is his. */
  #forget() {
    this.facts = null;
    this.isLoaded = false;
    this.talk = empty();
    this.outbox.clear();
  }

  /** @param {import('../core/types.js').Draft} draft */
  say(draft) {
    const { me } = this.ways;
    const { key, at, kind, text, file, quote } = draft;
    const shown = { id: key, key, group: this.group, seq: 0, from: me, nick: '', at, kind, flow: 'out', status: 'sending', text, quote: quote ?? undefined, name: file?.name, size: file?.size, url: file && kind === 'image' ? URL.createObjectURL(file) : undefined };
    this.change({ type: 'queued', message: /** @type {import('../core/types.js').Message} */ (shown) });
    this.outbox.add({ ...draft, group: this.group });
    return this.send();
  }

  /** @param {string} key of what failed */
  retry(key) {
    const draft = this.outbox.draft(key);
    if (draft) this.outbox.add(draft);
    this.change({ type: 'waiting', key });
    return this.send();
  }

  /** @param {string} key */
  drop(key) {
    this.outbox.drop(key);
    this.change({ type: 'dropped', key });
  }

  send() {
    return this.outbox.flush(this.ways.holder.isOnline ? this.ways.holder : this.#byService());
  }

  /** Sending without a line: texts only, and the service sees to it that the same key is said once. @returns {Post} */
  #byService() {
    const { ask, service, me } = this.ways;
    return {
      after: async () => [],
      send: async ({ key, kind, text = '' }) => {
        if (kind !== 'text') throw new ChatError('no_line');
        const said = await ask(() => service.say(this.ref, { key, text })).catch((error) => { throw inChatWords(error); });
        // It is kept and will be said; asking again with the same key tells where.
        if (said.seq === null) throw new ChatError('timeout');
        const { GroupId, life, seq } = said;
        return { id: `${GroupId}:${seq}`, group: GroupId, life, seq, key, from: me, nick: '', at: (said.sentAt ?? 0) * 1000, kind, text, flow: 'out', status: 'sent' };
      },
    };
  }

  get lastSeq() {
    return lastSeq(this.talk);
  }
}

/** @param {unknown} error @returns {ChatError} */
function inChatWords(error) {
  const code = error instanceof ServiceError ? error.code : 'unknown';
  const isUncertain = code === 'timeout' || code === 'unreachable';
  return new ChatError(isUncertain ? 'timeout' : { no_case: 'not_member', too_many_requests: 'too_fast' }[code] ?? 'refused');
}
