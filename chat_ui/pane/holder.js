/**
 * One login per agent. Tencent lets an account be logged in from one web page, and an agent has many panes: so one of
 * them holds the line, and the others hear from it and hand it what they send. A pane without a line and without a holder
 * goes on with the service. Whoever loses the login says so and takes it back only when the agent asks for it.
 *
 * @typedef {import('../core/types.js').Draft} Draft
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('../core/chat.js').LineEvent} LineEvent
 * @typedef {'connecting' | 'online' | 'offline' | 'elsewhere'} LineState
 */

import { ChatError, chatError, connect } from '../core/chat.js';
import { pause } from '../core/clock.js';
import { Tabs } from '../core/tabs.js';
import { Asking } from './asking.js';

/** What a pane that follows may ask the holder for. */
const VERBS = /** @type {const} */ (['send', 'after', 'typing', 'read', 'useHere']);

export class Holder {
  /** @type {LineState} */ state = 'connecting';
  /** Since when, in milliseconds. */ since = Date.now();
  /** @type {import('../core/chat.js').Line | null} */ #line = null;
  #tries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #isConnecting = false;

  /**
   * @param {object} ways
   * @param {string} ways.account
   * @param {() => Promise<import('../core/chat.js').SDK>} ways.loadSdk
   * @param {(isFresh: boolean) => Promise<{sdkAppID: number, userSig: string}>} ways.ticket to log in with
   * @param {(event: LineEvent) => void} ways.onEvent whoever holds the line
   * @param {(state: LineState) => void} ways.onState
   * @param {(news: any) => void} ways.onNews what another pane tells besides
   * @param {() => any} ways.news what a pane that has just come should know
   */
  constructor(ways) {
    this.ways = ways;
    this.tabs = new Tabs({ name: ways.account, onLead: () => this.#lead(), onHear: (said) => this.#hear(said) });
    this.asking = new Asking((said) => this.tabs.tell(said));
  }

  get isHolder() {
    return this.tabs.isLeader;
  }

  /** Whether what is said goes through the chat cloud now. */
  get isOnline() {
    return this.state === 'online';
  }

  async start() {
    await this.tabs.join();
    if (!this.isHolder) this.tabs.tell({ hello: true });
  }

  #lead() {
    this.#connect();
  }

  async #connect(isFresh = false) {
    clearTimeout(this.#timer);
    if (this.#isConnecting || this.#line) return;
    this.#isConnecting = true;
    this.#become('connecting');
    try {
      const ticket = await this.ways.ticket(isFresh);
      this.#line = await connect({ ...ticket, userID: this.ways.account, loadSdk: this.ways.loadSdk, onEvent: (event) => this.#told(event) });
      this.#tries = 0;
    } catch {
      this.#become('offline');
      this.#timer = setTimeout(() => this.#connect(true), pause((this.#tries += 1)));
    } finally {
      this.#isConnecting = false;
    }
  }

  /** @param {LineEvent} event of the line that this pane holds */
  #told(event) {
    if (event.type === 'state') this.#become(event.state);
    else if (event.type === 'signed-out') this.#signedOut(event.why);
    else this.#spread(event);
  }

  /** @param {import('../core/chat.js').Why} why */
  #signedOut(why) {
    const line = this.#line;
    if (why === 'expired' && line) {
      this.#become('connecting');
      this.ways.ticket(true).then(({ userSig }) => line.renew(userSig)).catch(() => this.#drop('offline', true));
    } else {
      this.#drop('elsewhere', false);
    }
  }

  /** @param {LineState} state @param {boolean} goesOn */
  #drop(state, goesOn) {
    this.#line?.close();
    this.#line = null;
    this.#become(state);
    if (goesOn) this.#connect(true);
  }

  /** @param {LineState} state */
  #become(state) {
    this.#be(state);
    this.tabs.tell({ state });
  }

  /** @param {LineState} state */
  #be(state) {
    if (state === this.state) return;
    this.state = state;
    this.since = Date.now();
    this.ways.onState(state);
  }

  /** @param {LineEvent} event */
  #spread(event) {
    this.tabs.tell({ event });
    this.ways.onEvent(event);
  }

  /** @param {any} said by another pane */
  #hear(said) {
    if (said.hello && this.isHolder) this.tabs.tell({ state: this.state, news: this.ways.news() });
    if (said.state && !this.isHolder) this.#be(said.state);
    if (said.event) this.ways.onEvent(said.event);
    if (said.news) this.ways.onNews(said.news);
    if (said.ask && this.isHolder && VERBS.includes(said.ask.verb)) this.asking.answer(said.ask, this.#does(said.ask.verb, said.ask.values));
    if (said.answer) this.asking.take(said.answer);
  }

  /** Tell the other panes something. @param {any} news */
  tell(news) {
    this.tabs.tell({ news });
  }

  /**
   * @param {typeof VERBS[number]} verb
   * @param {any[]} values
   * @returns {Promise<any>}
   */
  #ask(verb, ...values) {
    return this.isHolder ? this.#does(verb, values) : this.asking.ask(verb, values);
  }

  /** @param {typeof VERBS[number]} verb @param {any[]} values */
  async #does(verb, values) {
    if (verb === 'useHere') return this.#takeBack();
    const line = this.#line;
    if (!line) throw new ChatError('offline');
    if (verb === 'send') return this.#send(line, values[0]);
    return /** @type {any} */ (line)[verb](...values);
  }

  /** @param {import('../core/chat.js').Line} line @param {Draft} draft */
  async #send(line, draft) {
    try {
      const message = await line.send(draft);
      this.#spread({ type: 'messages', messages: [message] });
      return message;
    } catch (error) {
      const { code } = chatError(error);
      if (code === 'signed_out') this.#drop('elsewhere', false);
      throw error;
    }
  }

  #takeBack() {
    this.#tries = 0;
    this.#connect(true);
  }

  /** @param {Draft} draft @returns {Promise<Message>} throws ChatError */
  send(draft) {
    return this.#ask('send', draft);
  }

  /** @param {number} seq @param {string} group @returns {Promise<Message[]>} */
  after(seq, group) {
    return this.#ask('after', seq, group);
  }

  /** @param {string} group */
  typing(group) {
    this.#ask('typing', group).catch(() => {});
  }

  /** @param {number} seq @param {string} group */
  read(seq, group) {
    this.#ask('read', seq, group).catch(() => {});
  }

  /** The network is back: no need to wait for the next try. */
  hurry() {
    if (this.isHolder && this.state === 'offline') this.#takeBack();
  }

  /** The agent wants the login in these panes. */
  useHere() {
    return this.#ask('useHere');
  }

  close() {
    clearTimeout(this.#timer);
    this.#line?.close();
    this.#line = null;
    this.tabs.leave();
  }
}
