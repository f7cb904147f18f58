/** The session's line to the chat cloud: held by one tab, shared with the others, brought back when it is lost. */

import { connect } from '../core/chat.js';
import { ChatError, chatError } from '../core/chat_error.js';
import { ServiceError } from '../core/service.js';
import { Tabs } from '../core/tabs.js';
import { pause } from '../core/clock.js';
import { messageOf } from './drafts.js';

/** @typedef {import('../core/types.js').Draft} Draft */

const RENEW_BEFORE = 120_000;
const SOONEST_RENEWAL = 3_000;
const NAME_TRIES = 5;
const LONGEST_TIMER = 2 ** 31 - 1;
// Asking again does not help until somebody has changed something.
const HOPELESS = new Set(['not_set_up', 'not_found', 'unknown_connector', 'origin_not_allowed', 'shop_uninstalled', 'unknown_shop', 'blocked', 'token_refused', 'not_proven', 'no_case']);

const TOGETHER = new Set(['talking', 'elsewhere']);

export class Wire {
  /** @type {import('../core/chat.js').Line | null} */ #line = null;
  /** @type {Tabs | null} */ #tabs = null;
  /** @type {AbortController} ends what belongs to one stay in the conversation */ #stay = new AbortController();
  #tries = 0;
  #retryTimer = 0;
  #renewTimer = 0;
  #activeAt = Date.now();
  #idleTimer = 0;
  #isFetching = false;
  #nameTimer = 0;
  #asked = 0;

  /** @param {import('./session.js').Session} session @param {() => Promise<import('../core/chat.js').SDK>} loadSdk */
  constructor(session, loadSdk) {
    this.session = session;
    this.loadSdk = loadSdk;
  }

  /** Take part as this account: lead, or follow the tab that leads. @param {string} account */
  async join(account) {
    this.leave();
    const stay = this.#stay = new AbortController();
    const { signal } = stay;
    window.addEventListener('online', () => void this.again().catch(() => {}), { signal });
    window.addEventListener('offline', () => this.#net('offline'), { signal });
    this.#activeAt = Date.now();
    this.#idleTimer = Number(setInterval(() => this.#pauseIfIdle(), 5000));
    this.#tabs = new Tabs({ name: account, onLead: () => this.#lead(), onHear: (message) => this.#hear(message) });
    await this.#tabs.join();
    if (this.#tabs && !this.#tabs.isLeader) this.#greet();
  }

  /** Leave; another tab leads on. */
  leave() {
    this.#stay.abort();
    [this.#retryTimer, this.#renewTimer, this.#nameTimer].forEach(clearTimeout);
    clearInterval(this.#idleTimer);
    this.#hangUp();
    this.#tabs?.leave();
    this.#tabs = null;
    this.#tries = 0;
  }

  #hangUp() {
    this.#line?.close();
    this.#line = null;
  }

  /** Try at once what would be tried later. @returns {Promise<void>} */
  async again() {
    if (!this.#tabs) return this.join(this.session.conversation.me);
    clearTimeout(this.#retryTimer);
    if (!this.#tabs.isLeader) return this.tell({ type: 'again' });
    if (!this.#line) return this.#lead();
    return this.#catchUp();
  }

  /** Connect, catch up, send what waits; where that fails, again after a while. */
  async #lead() {
    const { signal } = this.#stay;
    this.tell({ type: 'leads' });
    this.#net('connecting');
    try {
      const ticket = await this.session.service.usersig();
      if (signal.aborted) return;
      const line = await this.#connected(ticket);
      if (signal.aborted) return line.close();
      this.#line = line;
      this.#tries = 0;
      this.#renewBefore(ticket.expiresAt);
      this.#clear();
      await this.#catchUp();
      await line.members();
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    }
    return undefined;
  }

  /** @param {import('../core/types.js').Usersig} ticket */
  #connected({ sdkAppID, userID, userSig }) {
    const { settings, conversation } = this.session;
    const isOurs = { groupID: conversation.group, seconds: settings.seconds, loadSdk: this.loadSdk };
    return connect({ ...isOurs, sdkAppID: settings.sdkAppID || sdkAppID, userID, userSig, onEvent: (event) => this.#happened(event) });
  }

  /** @param {unknown} error */
  #failed(error) {
    const code = error instanceof ServiceError ? error.code : chatError(error).code;
    if (code === 'not_member') return this.#refresh();
    this.#hangUp();
    this.#net('offline');
    this.session.show(this.session.phase, code);
    this.tell({ type: 'trouble', code });
    if (HOPELESS.has(code)) return;
    const asked = error instanceof ServiceError ? error.retryAfter * 1000 : 0;
    this.#retryTimer = Number(setTimeout(() => this.#lead(), Math.max(asked, pause(this.#tries))));
    this.#tries += 1;
  }

  /** Fetch what was missed, by sequence, then send what waits. */
  async #catchUp() {
    const line = this.#line;
    if (!line || this.#isFetching) return;
    this.#isFetching = true;
    try {
      const { top, messages } = this.session.conversation;
      // The service's history has no "joined" lines; the newest page of the chat cloud's own has.
      const newest = messages.some((message) => message.line === 'joined') ? [] : await line.newest();
      const missed = await line.after(top);
      this.share({ type: 'fetched', messages: [...newest, ...missed].filter((message) => message.group === this.session.conversation.group), top });
    } finally {
      this.#isFetching = false;
    }
    await this.session.outbox.flush({ send: (draft, onProgress) => line.send(draft, onProgress), after: (seq, group) => line.after(seq, group) });
  }

  /** @param {import('../core/chat.js').LineEvent} event */
  #happened(event) {
    const { conversation } = this.session;
    if ('group' in event && event.group && event.group !== conversation.group) return;
    if (event.type === 'messages') this.#heard(event.messages);
    else if (event.type === 'state') this.#netChanged(event.state);
    else if (event.type === 'signed-out') this.#signedOut(event.why);
    else if (event.type === 'closed' || event.type === 'removed') this.#refresh();
    else if (event.type === 'members') this.#metMembers(event.members);
    else if (event.type === 'typing') this.share({ type: 'typing', from: event.from, at: Date.now() });
    else if (event.type === 'read') this.share({ type: 'read', from: event.from, seq: event.seq });
  }

  /** @param {import('../core/types.js').Message[]} messages */
  #heard(messages) {
    const { conversation } = this.session;
    const here = messages.filter((message) => message.group === conversation.group);
    this.#activeAt = Date.now();
    if (here.length) this.share({ type: 'heard', messages: here });
    // A message in another group: the case was opened again, and goes on there.
    if (here.length < messages.length) this.#refresh();
    if (this.session.conversation.hasHole) this.#catchUp().catch(() => {});
  }

  /** Who has just come may get his name a little later, so one asks again. @param {import('../core/types.js').Member[]} members */
  #metMembers(members) {
    this.share({ type: 'members', members });
    clearTimeout(this.#nameTimer);
    const isNameless = members.some(({ id, name }) => !name && id !== this.session.conversation.me);
    this.#asked = isNameless ? this.#asked + 1 : 0;
    if (isNameless && this.#asked <= NAME_TRIES) this.#nameTimer = Number(setTimeout(() => void this.#line?.members(), pause(this.#asked)));
  }

  #refresh() {
    this.tell({ type: 'refresh' });
    void this.session.refresh();
  }

  /** @param {'online' | 'connecting' | 'offline'} state */
  #netChanged(state) {
    const isBack = state === 'online' && this.session.net !== 'online';
    this.#net(state);
    if (isBack && this.#line) this.#catchUp().catch(() => {});
  }

  /** @param {import('../core/chat.js').Why} why */
  #signedOut(why) {
    if (why === 'expired') return void this.#renew();
    this.#hangUp();
    if (why === 'kicked') return this.#failed(new ChatError('signed_out'));
    this.tell({ type: 'elsewhere' });
    return this.session.show('elsewhere');
  }

  /** @param {number} expiresAt Unix seconds */
  #renewBefore(expiresAt) {
    clearTimeout(this.#renewTimer);
    const left = expiresAt * 1000 - Date.now();
    const wait = Math.max(SOONEST_RENEWAL, left - Math.min(RENEW_BEFORE, left / 2));
    this.#renewTimer = Number(setTimeout(() => this.#renew(), Math.min(wait, LONGEST_TIMER)));
  }

  /** Log in with a fresh UserSig; what is typed and what waits is not touched. */
  async #renew() {
    const { signal } = this.#stay;
    try {
      const ticket = await this.session.service.usersig();
      if (signal.aborted || !this.#line) return;
      await this.#line.renew(ticket.userSig, this.session.settings.seconds);
      this.#renewBefore(ticket.expiresAt);
      await this.#catchUp();
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    }
  }

  /** @param {import('../core/conversation.js').Change} event what every tab is to know */
  share(event) {
    this.session.apply(event);
    this.tell({ type: 'change', event });
  }

  /** @param {'online' | 'connecting' | 'offline'} state */
  #net(state) {
    this.session.net = state;
    this.session.onChange();
    if (this.#tabs?.isLeader) this.tell({ type: 'net', state });
  }

  #clear() {
    if (this.session.trouble || this.session.phase === 'elsewhere') this.session.show('talking');
    this.tell({ type: 'trouble', code: '' });
  }

  /** Give a draft to whoever holds the line. @param {Draft} draft */
  hand(draft) {
    this.#activeAt = Date.now();
    if (!this.#tabs?.isLeader) return this.tell({ type: 'draft', draft });
    this.tell({ type: 'change', event: { type: 'queued', message: messageOf(draft, this.session.conversation.me) } });
    return void this.#catchUp().catch(() => {});
  }

  typing() {
    this.#activeAt = Date.now();
    if (this.#line) this.#line.typing();
    else this.tell({ type: 'typing' });
  }

  /** @param {number} seq */
  read(seq) {
    this.tell({ type: 'change', event: { type: 'read-here', seq } });
    if (this.#line) this.#line.read(seq);
    else this.tell({ type: 'read', seq });
  }

  /** @param {any} message */
  tell(message) {
    this.#tabs?.tell(message);
  }

  /** A tab that follows asks for everything, and hands over what it could not send. */
  #greet() {
    this.tell({ type: 'hello' });
    for (const draft of this.session.outbox.pending) this.tell({ type: 'draft', draft: { ...draft, tried: true } });
  }

  /** What other tabs tell. @type {Record<string, (message: any) => void>} */
  #tales = {
    hello: () => this.#tabs?.isLeader && this.tell({ type: 'state', conversation: this.session.conversation, net: this.session.net, trouble: this.session.trouble }),
    leads: () => this.#greet(),
    state: ({ conversation, net, trouble }) => this.#takeOver(conversation, net, trouble),
    change: ({ event }) => this.#follow(event),
    net: ({ state }) => this.#net(state),
    trouble: ({ code }) => TOGETHER.has(this.session.phase) && this.session.show('talking', code),
    draft: ({ draft }) => this.#takeDraft(draft),
    typing: () => this.#line?.typing(),
    read: ({ seq }) => this.#line?.read(seq),
    again: () => this.#tabs?.isLeader && void this.again(),
    refresh: () => void this.session.refresh(),
    elsewhere: () => this.session.show('elsewhere'),
    paused: () => this.#pause(),
    left: () => void this.session.refresh(),
    forgotten: () => this.session.forgotten(),
  };

  /** @param {any} message */
  #hear(message) {
    this.#tales[message?.type]?.(message);
  }

  /** @param {import('../core/conversation.js').Conversation} conversation @param {any} net @param {string} trouble */
  #takeOver(conversation, net, trouble) {
    if (this.#tabs?.isLeader || conversation.me !== this.session.conversation.me) return;
    const { messages, ...rest } = conversation;
    const mine = this.session.conversation;
    this.session.conversation = { ...rest, messages: mine.messages, before: mine.before, lives: { ...rest.lives, ...mine.lives } };
    this.#follow({ type: 'fetched', messages, top: conversation.top });
    this.session.net = net;
    this.session.show(this.session.phase, trouble);
  }

  /** @param {import('../core/conversation.js').Change} event */
  #follow(event) {
    this.#activeAt = Date.now();
    if (event.type === 'sent' || event.type === 'dropped') this.session.outbox.drop(event.key);
    this.session.apply(event);
  }

  /** @param {Draft} draft another tab's */
  #takeDraft(draft) {
    if (!this.#tabs?.isLeader) return;
    this.session.outbox.add(draft);
    this.share({ type: 'queued', message: messageOf(draft, this.session.conversation.me) });
    this.#catchUp().catch(() => {});
  }

  #pauseIfIdle() {
    const minutes = this.session.settings.idleMinutes;
    if (!minutes || !this.#tabs?.isLeader || Date.now() - this.#activeAt < minutes * 60_000) return;
    this.tell({ type: 'paused' });
    this.#pause();
  }

  #pause() {
    this.leave();
    this.session.show('paused');
  }
}
