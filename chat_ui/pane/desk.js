/**
 * The agent's desk: his open cases, the one in view, and everything that keeps them true. No element of the page is
 * touched here; whoever shows it is told that something has changed.
 *
 * @typedef {import('./agent_service.js').AgentCase} AgentCase
 * @typedef {import('../core/chat.js').LineEvent} LineEvent
 */

import { OpenCase } from './open_case.js';
import { Unread } from './unread.js';

const LIST_EVERY = 15_000;
const TALK_EVERY = 5_000;
// Somebody who has stopped typing says nothing about it.
const TYPING_LASTS = 6_000;
// A pane that shows the message says that it was seen before another one rings.
const ANNOUNCE_AFTER = 700;

export class Desk {
  /** @type {AgentCase[]} */ cases = [];
  /** @type {Map<string, OpenCase>} */ open = new Map();
  ref = '';
  isListed = false;
  trouble = '';
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */ #quiet = new Map();
  #fedAt = 0;

  /**
   * @param {object} ways
   * @param {string} ways.me
   * @param {import('./agent_service.js').AgentService} ways.service
   * @param {import('./session.js').Session} ways.session
   * @param {import('./holder.js').Holder} ways.holder
   * @param {() => boolean} ways.isSeen whether the agent sees this pane now
   * @param {() => void} ways.onChange
   * @param {(message: import('../core/types.js').Message, one: AgentCase) => void} ways.onNews somebody wrote, and nobody has seen it
   */
  constructor(ways) {
    this.ways = ways;
    this.unread = new Unread(ways.me);
  }

  start() {
    setInterval(() => this.#poll(), LIST_EVERY);
    setInterval(() => this.#pollTalk(), TALK_EVERY);
    return this.list();
  }

  /** The case in view. */
  get inView() {
    return this.open.get(this.ref) ?? null;
  }

  get total() {
    return this.unread.total(this.cases);
  }

  /** @template T @param {() => Promise<T>} question @returns {Promise<T>} */
  ask(question) {
    return this.ways.session.with(question);
  }

  /** The list again, from the service; panes that follow are told. */
  async list() {
    try {
      const cases = await this.ask(() => this.ways.service.cases());
      this.trouble = '';
      this.#listed(cases);
      if (this.ways.holder.isHolder) this.ways.holder.tell({ cases });
    } catch (error) {
      this.trouble = /** @type {any} */ (error).code ?? 'unreachable';
      this.ways.onChange();
    }
  }

  /** @param {AgentCase[]} cases */
  #listed(cases) {
    const before = new Map(this.cases.map((one) => [one.ref, one.state]));
    this.cases = cases.filter((one) => one.ref);
    this.isListed = true;
    for (const one of this.cases) if (this.unread.told(one) && before.size) this.#announce(one);
    for (const ref of this.open.keys()) this.#compare(ref, before);
    this.#see();
    this.ways.onChange();
  }

  /** A case that came, went or changed is asked about again; what is not in view and not his any more is let go. */
  #compare(/** @type {string} */ ref, /** @type {Map<string | null, string>} */ before) {
    const now = this.cases.find((one) => one.ref === ref);
    if (now?.state === before.get(ref)) return;
    if (ref === this.ref) this.inView?.load();
    else if (!now) this.open.delete(ref);
  }

  #poll() {
    const isFed = !this.ways.holder.isHolder && Date.now() - this.#fedAt < 2 * LIST_EVERY;
    if (!isFed && this.ways.session.now) this.list();
  }

  #pollTalk() {
    const one = this.inView;
    if (!one?.isLoaded || !this.ways.session.now || (one.isFed && !one.talk.hasHole)) return;
    one.catchUp().catch((error) => (error.code === 'no_case' ? one.load() : undefined));
  }

  /** Show a case; it need not be one of the list. @param {string} ref */
  view(ref) {
    this.ref = ref;
    if (ref && !this.open.has(ref)) this.open.set(ref, this.#opened(ref));
    this.ways.onChange();
    return this.inView?.load().then(() => this.#see());
  }

  /** @param {string} ref */
  #opened(ref) {
    const { me, service, holder } = this.ways;
    const change = () => {
      if (ref === this.ref) this.#see();
      this.ways.onChange();
    };
    return new OpenCase(ref, { me, service, holder, ask: (question) => this.ask(question), onChange: change });
  }

  /** What is in view, in a pane that the agent sees, is read. */
  #see() {
    const one = this.inView;
    if (!one?.isLoaded || !this.ways.isSeen() || !this.unread.see(one.group, one.lastSeq)) return;
    this.ways.holder.tell({ seen: [[one.group, one.lastSeq]] });
    if (one.isFed) this.ways.holder.read(one.lastSeq, one.group);
  }

  /** The agent looks at this pane again. */
  look() {
    this.#see();
    this.ways.onChange();
  }

  /** @param {LineEvent} event of the line, whoever holds it */
  hear(event) {
    const does = /** @type {Record<string, (event: any) => void>} */ ({
      messages: ({ messages }) => messages.forEach((/** @type {any} */ message) => this.#heard(message)),
      typing: ({ group, from }) => this.#typing(group, from),
      read: ({ group, from, seq }) => this.#of(group)?.change({ type: 'read', from, seq }),
      members: ({ group }) => this.#of(group)?.refresh().catch(() => {}),
      closed: () => this.list(),
      removed: () => this.list(),
    });
    does[event.type]?.(event);
  }

  /** @param {string} group */
  #of(group) {
    return [...this.open.values()].find((one) => one.group === group);
  }

  /** @param {import('../core/types.js').Message} message */
  #heard(message) {
    const one = this.#of(message.group);
    const row = this.cases.find(({ GroupId }) => GroupId === message.group);
    const isNews = Boolean(row) && this.roleOf(message.from, row) !== 'service' && this.unread.hear(message);
    one?.change({ type: 'heard', messages: [message] });
    if (one?.talk.hasHole) one.catchUp().catch(() => {});
    if (row) this.#lastWord(row, message);
    else this.#unknown();
    if (row && isNews) this.#announce(row, message);
    this.ways.onChange();
  }

  /**
   * Who somebody is in a case. What is neither its customer nor has an account of this helpdesk is the service itself.
   *
   * @param {string} account
   * @param {AgentCase | null} [one]
   * @returns {'customer' | 'agent' | 'service'}
   */
  roleOf(account, one) {
    if (account === one?.customer.userID) return 'customer';
    const { me } = this.ways;
    return account.startsWith(me.slice(0, me.indexOf('_') + 1)) ? 'agent' : 'service';
  }

  /** @param {AgentCase} row @param {import('../core/types.js').Message} message */
  #lastWord(row, message) {
    if (message.kind === 'line') return;
    Object.assign(row, { lastSeq: message.seq, lastAt: message.at / 1000, lastText: message.text || message.name || '', lastSender: message.from });
  }

  /** Somebody speaks in a case that is not in the list yet: the holder asks, the others are told. */
  #unknown() {
    clearTimeout(this.asking);
    if (this.ways.holder.isHolder) this.asking = setTimeout(() => this.list(), 300);
  }

  /** @param {string} group @param {string} from */
  #typing(group, from) {
    clearTimeout(this.#quiet.get(group));
    this.#of(group)?.change({ type: 'typing', from, at: Date.now() });
    this.#quiet.set(group, setTimeout(() => this.#of(group)?.change({ type: 'quiet' }), TYPING_LASTS));
  }

  /** @param {AgentCase} row @param {import('../core/types.js').Message} [message] */
  #announce(row, message) {
    const said = message ?? /** @type {any} */ ({ text: row.lastText ?? '', from: row.lastSender });
    setTimeout(() => this.ways.holder.isHolder && this.unread.count(row.GroupId) && this.ways.onNews(said, row), ANNOUNCE_AFTER);
  }

  /** @param {any} news another pane tells */
  told(news) {
    if (news.cases) this.#fed(news.cases);
    for (const [group, seq] of news.seen ?? []) this.unread.see(group, seq);
    this.ways.onChange();
  }

  /** @param {AgentCase[]} cases */
  #fed(cases) {
    this.#fedAt = Date.now();
    this.#listed(cases);
  }

  /** The line is there, or gone: what was missed is fetched, what waits is sent. */
  lineChanged() {
    if (this.ways.holder.isHolder && this.ways.holder.isOnline && this.isListed) this.list();
    this.inView?.catchUp().catch(() => {});
    this.ways.onChange();
  }

  typing() {
    const one = this.inView;
    if (one?.isFed && one.canWrite) this.ways.holder.typing(one.group);
  }

  /** @param {'take' | 'solve' | 'block'} action */
  async act(action) {
    const ref = this.ref;
    const facts = await this.ask(() => this.ways.service.act(ref, action));
    const one = this.open.get(ref);
    if (one?.facts && facts?.ref) one.facts = { ...one.facts, ...facts };
    await Promise.all([one?.load(), this.list()]);
  }
}
