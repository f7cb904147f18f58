/**
 * A customer's session: finds his case or opens one, holds the line or follows the tab that does, and says in one word
 * (`phase`) how things stand. It knows no page; `onChange` tells whoever shows it.
 */

import { ServiceError } from '../core/service.js';
import { empty, lastSeq, reduce } from '../core/conversation.js';
import { fromService } from '../core/elements.js';
import { Outbox } from '../core/outbox.js';
import { newKey } from '../core/clock.js';
import { messageOf, subjectOf } from './drafts.js';
import { Wire } from './wire.js';

/**
 * @typedef {'new' | 'loading' | 'start' | 'opening' | 'talking' | 'closed' | 'left' | 'elsewhere' | 'paused' | 'failed'} Phase
 * @typedef {import('../core/types.js').CaseView} CaseView
 * @typedef {import('../core/conversation.js').Change} Change
 * @typedef {{question: string, name: string, email: string}} Asked what the start form brings
 * @typedef {{text: string, at: number, group: string, from?: string}} Question `from`: somebody else than who reads it
 */

const POLL_MILLISECONDS = 1200;
const POLLS = 50;
const TYPING_MILLISECONDS = 6000;
const REFUSED = new Set(['token_refused', 'not_proven']);

export class Session {
  /** @type {Phase} */ phase = 'new';
  /** @type {string} code of what went wrong, '' if nothing did */ trouble = '';
  /** @type {'online' | 'connecting' | 'offline'} */ net = 'connecting';
  /** @type {CaseView | null} */ case = null;
  /** @type {Question | null} */ question = null;
  conversation = empty();
  #quietTimer = 0;
  #isOver = false;

  /**
   * @param {object} options
   * @param {import('../core/service.js').CustomerService} options.service
   * @param {import('../core/keeper.js').Keeper} options.keeper
   * @param {import('./settings.js').Settings} options.settings
   * @param {() => Promise<import('../core/chat.js').SDK>} options.loadSdk
   * @param {() => void} options.onChange
   */
  constructor({ service, keeper, settings, loadSdk, onChange }) {
    this.service = service;
    this.keeper = keeper;
    this.settings = settings;
    this.onChange = onChange;
    this.outbox = new Outbox(keeper, (event) => this.wire.share(event), (draft) => this.#before(draft));
    this.wire = new Wire(this, loadSdk);
  }

  /** The place in its group after which a draft was made, with a minute for clocks that differ. @param {import('../core/types.js').Draft} draft @returns {number} */
  #before(draft) {
    const earlier = this.conversation.messages.filter((message) => message.group === draft.group && message.at < draft.at - 60_000);
    return Math.max(0, ...earlier.map((message) => message.seq));
  }

  /** Find out how things stand. @returns {Promise<void>} */
  async begin() {
    this.#switchPerson();
    if (this.settings.missing.length) return this.show('failed', 'not_set_up');
    if (!this.#isKnown) return this.show('start');
    this.show('loading');
    await this.#trying(async () => {
      const found = await this.service.latest();
      await (found ? this.enter(found) : this.show('start'));
    });
  }

  /** Whether the service knows who asks. */
  get #isKnown() {
    return this.service.isKnown || this.settings.isSignedIn;
  }

  /** Who signs in or out is another person: nothing of the one before is left. */
  #switchPerson() {
    const who = this.settings.isSignedIn ? 'customer' : 'visitor';
    const before = this.keeper.get('who');
    if (before && before !== who) this.keeper.clear();
  }

  /**
   * Ask for help: open a case, and go in as soon as its group is there. Asked again after a failure it is the same request.
   *
   * @param {Asked} asked
   */
  async ask(asked) {
    const kept = this.keeper.get('asking');
    const asking = kept?.asked.question === asked.question ? kept : { asked, requestId: newKey(), at: Date.now() };
    this.keeper.set('who', this.settings.isSignedIn ? 'customer' : 'visitor');
    this.keeper.set('asking', asking);
    this.question = { text: asked.question, at: asking.at, group: '' };
    this.show('opening');
    await this.#trying(() => this.#open(asking));
  }

  /** @param {{asked: Asked, requestId: string, at: number}} asking */
  async #open({ asked, requestId, at }) {
    const before = this.#isKnown ? await this.service.latest() : null;
    if (!this.#isKnown) await this.service.usersig();
    const info = { subject: subjectOf(asked.question), desc: asked.question, name: asked.name, email: asked.email, page: location.href.split('#')[0].slice(0, 2000), locale: this.settings.locale, preferredAgent: this.settings.agent };
    const opened = await this.service.open(info, { requestId });
    // Who has an open case gets that one, so what he asks now is said in it.
    const isSameCase = before !== null && before.state !== 'closed';
    this.keeper.set('person', { name: asked.name, email: asked.email });
    this.keeper.remove('left');
    if (!isSameCase) this.keeper.set('question', { text: asked.question, at, group: opened.GroupId });
    await this.enter(await this.#whenOpen());
    if (isSameCase) this.say({ key: requestId, at: Date.now(), kind: 'text', text: asked.question });
    this.keeper.remove('asking');
  }

  /** @returns {Promise<CaseView>} as soon as the group is open */
  async #whenOpen() {
    for (let poll = 0; poll < POLLS && !this.#isOver; poll += 1) {
      const found = await this.service.latest();
      if (found && found.state !== 'opening') return found;
      await new Promise((resolve) => { setTimeout(resolve, POLL_MILLISECONDS); });
    }
    throw new ServiceError('timeout');
  }

  /** Show a case, and take part in it while it is live. @param {CaseView} found @returns {Promise<void>} */
  async enter(found) {
    if (found.state === 'opening') return this.enter(await this.#whenOpen());
    this.case = found;
    const read = this.keeper.get('read');
    this.keeper.set('who', this.settings.isSignedIn ? 'customer' : 'visitor');
    this.keeper.set('case', { group: found.GroupId });
    this.apply({ type: 'opened', me: found.userID, group: found.GroupId, readSeq: read?.group === found.GroupId ? read.seq : 0 });
    this.question = this.#questionOf(found);
    this.outbox.restore().forEach((draft) => this.apply({ type: 'queued', message: messageOf(draft, found.userID) }));
    const history = this.earlier();
    if (found.state === 'closed') return this.#end('closed');
    if (this.keeper.get('left') === found.GroupId) return this.#end('left');
    this.show('talking');
    await history;
    await this.wire.join(found.userID);
    return undefined;
  }

  /** The first question: told by the service, or kept from when it was asked here. @param {CaseView} found @returns {Question | null} */
  #questionOf(found) {
    const kept = this.keeper.get('question');
    if (found.desc) return { text: found.desc, at: (found.openedAt || 0) * 1000, group: found.GroupId };
    return kept || null;
  }

  /** Fetch the newest page of the service's history, or the one before what is shown. @returns {Promise<void>} */
  async earlier() {
    try {
      const page = await this.service.messages({ before: this.conversation.before });
      this.apply({ type: 'recalled', messages: page.messages.map((told) => fromService(told, this.conversation.me)), before: page.before });
    } catch (error) {
      if (this.conversation.before) this.#fail(error);
    }
  }

  /** @param {import('../core/types.js').Draft} draft */
  say(draft) {
    const meant = { ...draft, group: this.conversation.group };
    this.outbox.add(meant);
    this.apply({ type: 'queued', message: messageOf(meant, this.conversation.me) });
    this.wire.hand(meant);
  }

  /** Try a message again that could not be sent. @param {string} key */
  again(key) {
    const draft = this.outbox.draft(key);
    if (!draft) return;
    this.outbox.add(draft);
    this.apply({ type: 'waiting', key });
    this.wire.hand(draft);
  }

  /** @param {string} key */
  drop(key) {
    this.outbox.drop(key);
    this.wire.share({ type: 'dropped', key });
  }

  /** The person of this page has seen everything. */
  read() {
    const seq = lastSeq(this.conversation);
    if (seq <= this.conversation.readSeq) return;
    this.keeper.set('read', { group: this.conversation.group, seq });
    this.apply({ type: 'read-here', seq });
    this.wire.read(seq);
  }

  typing() {
    this.wire.typing();
  }

  /** Leave the chat; the case goes on, and who asks again is back in it. */
  async end() {
    await this.#trying(async () => {
      await this.service.end();
      this.keeper.set('left', this.conversation.group);
      this.wire.tell({ type: 'left' });
      this.#end('left');
    });
  }

  /** Have everything erased, there and here. */
  async forget() {
    await this.#trying(async () => {
      await this.service.forget();
      this.wire.tell({ type: 'forgotten' });
      this.forgotten();
    });
  }

  /** Everything has been erased, by this tab or another. */
  forgotten() {
    this.wire.leave();
    this.outbox.clear();
    this.keeper.clear();
    this.case = this.question = null;
    this.apply({ type: 'forgotten' });
    this.show('start', 'forgotten');
  }

  /** Show the form again. */
  restart() {
    this.wire.leave();
    this.show('start');
  }

  /** Look again what became of the case: closed, gone on in another group, or this customer is out of it. */
  async refresh() {
    await this.#trying(async () => {
      const found = await this.service.latest();
      if (!found) return this.show('start');
      const isSame = found.GroupId === this.conversation.group;
      if (isSame && found.state !== 'closed') return this.#end('left');
      if (isSame) return this.#end('closed');
      this.wire.leave();
      return this.enter(found);
    });
  }

  /** @param {'closed' | 'left'} phase */
  #end(phase) {
    this.wire.leave();
    if (phase === 'closed') this.keeper.remove('case');
    this.show(phase);
  }

  /** Go on where it stopped. @returns {Promise<void>} */
  async retry() {
    const asking = this.keeper.get('asking');
    if (this.phase === 'failed' && asking && !this.case) return this.ask(asking.asked);
    if (this.phase === 'talking' || this.phase === 'elsewhere' || this.phase === 'paused') {
      this.show('talking');
      return this.wire.again();
    }
    return this.begin();
  }

  /** @param {() => unknown} step */
  async #trying(step) {
    try {
      await step();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {unknown} error */
  #fail(error) {
    const code = error instanceof ServiceError ? error.code : 'unknown';
    if (REFUSED.has(code) && this.service.road !== 'link') {
      this.keeper.clear();
      this.wire.leave();
      return this.show('start', 'token_refused');
    }
    if (this.phase === 'opening' && code === 'invalid_field') return this.show('start', code);
    // What can be read stays; only where there is nothing to read does the failure take the whole place.
    return this.show(this.conversation.messages.length && this.phase !== 'opening' ? this.phase : 'failed', code);
  }

  /** @param {Change} event */
  apply(event) {
    this.conversation = reduce(this.conversation, event);
    if (event.type === 'typing') this.#quietSoon();
    this.onChange();
  }

  #quietSoon() {
    clearTimeout(this.#quietTimer);
    this.#quietTimer = Number(setTimeout(() => this.apply({ type: 'quiet' }), TYPING_MILLISECONDS));
  }

  /** @param {Phase} phase @param {string} [trouble] */
  show(phase, trouble = '') {
    if (this.#isOver) return;
    this.phase = phase;
    this.trouble = trouble;
    this.onChange();
  }

  /** Hang up for good. */
  close() {
    this.#isOver = true;
    clearTimeout(this.#quietTimer);
    this.wire.leave();
  }
}
