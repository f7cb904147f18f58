/** The chat as one sees it: header, what the phase shows, and below where one writes. */

import { h, icon } from '../core/dom.js';
import { Composer } from './composer.js';
import { Header } from './header.js';
import { Thread } from './thread.js';
import { confirmed } from './confirm.js';
import { footer } from './footer.js';
import { preview } from './bubble.js';
import { startForm } from './start_form.js';
import { troubleText } from './words.js';
import { ICONS } from './icons.js';

const AWAY_MILLISECONDS = 60_000;
const LOOK_MILLISECONDS = 5_000;
const TOLD_MILLISECONDS = 8_000;
const CUSTOMERS = /^[vsc]_/;
const WITH_THREAD = new Set(['opening', 'talking', 'closed', 'left', 'elsewhere', 'paused']);

export class Panel {
  #view = '';
  #isQueued = false;
  #told = '';
  #isParked = false;
  #announced = new Set();

  /**
   * @param {import('./session.js').Session} session
   * @param {import('../core/texts.js').Texts} texts
   * @param {(() => void) | null} onClose null on a page of its own
   */
  constructor(session, texts, onClose) {
    this.session = session;
    this.texts = texts;
    this.onClose = onClose;
    this.header = new Header(session.settings, texts, onClose);
    this.thread = new Thread(session, texts, { quote: (message) => this.composer.quote(message), again: (key) => session.again(key), drop: (key) => session.drop(key), show: (seq) => this.thread.show(seq) });
    this.composer = new Composer(session, texts, (account) => this.thread.name(account), (text) => this.tell(text));
    this.banner = h('div', { class: 'banner', role: 'status', hidden: true });
    this.body = h('div', { class: 'main-part' });
    this.foot = h('div', { class: 'foot' });
    this.spoken = h('p', { class: 'hidden', role: 'status', 'aria-live': 'polite' });
    this.element = h('section', { class: 'panel', hidden: true, ...this.#role(), lang: texts.locale, dir: texts.direction },
      this.header.element, this.banner, this.body, this.foot, this.spoken);
    this.#listen();
    this.looking = setInterval(() => this.#lookWhetherAway(), LOOK_MILLISECONDS);
  }

  #role() {
    return { role: this.onClose ? 'dialog' : 'main', 'aria-labelledby': 'caseroom-title' };
  }

  #listen() {
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.element.addEventListener('dragover', (event) => event.preventDefault());
    this.element.addEventListener('drop', (event) => {
      event.preventDefault();
      if (this.session.phase === 'talking') this.composer.sendFiles([...(event.dataTransfer?.files || [])]);
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // A shop's own shortcuts are not meant for who writes here.
    event.stopPropagation();
    if (event.key === 'Escape' && !event.isComposing && !this.header.toggle(false) && !this.composer.closeEmoji()) this.onClose?.();
    if (event.key === 'Tab') this.#keepFocus(event);
  }

  /** On a small screen the panel covers everything, so the focus stays in it. @param {KeyboardEvent} event */
  #keepFocus(event) {
    if (this.element.getAttribute('aria-modal') !== 'true') return;
    const stops = /** @type {HTMLElement[]} */ ([...this.element.querySelectorAll('button, a[href], input, textarea, [tabindex="0"]')]).filter((element) => element.tabIndex >= 0 && element.offsetParent && !element.closest('[inert]'));
    const active = /** @type {ShadowRoot} */ (this.element.getRootNode()).activeElement;
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const turn = event.shiftKey ? active === first && last : active === last && first;
    if (!turn) return;
    event.preventDefault();
    turn.focus();
  }

  /** Show how things stand, once for any number of changes. */
  update() {
    if (this.#isQueued) return;
    this.#isQueued = true;
    queueMicrotask(() => {
      this.#isQueued = false;
      this.#render();
    });
  }

  #render() {
    const { phase, trouble } = this.session;
    const root = /** @type {ShadowRoot} */ (this.element.getRootNode());
    const hadFocus = this.element.contains(root.activeElement);
    const view = WITH_THREAD.has(phase) ? 'thread' : `${phase} ${trouble}`;
    if (view !== this.#view) this.#change(view);
    if (view === 'thread') this.thread.update();
    this.#renderFoot();
    this.#renderBanner();
    this.header.say(this.#whoIsHere());
    this.header.offer(this.#offers());
    this.#announce();
    const isParked = this.#isParked && root.activeElement === this.thread.element;
    if (hadFocus && (isParked || !this.element.contains(root.activeElement))) this.focus();
  }

  /** @param {string} view */
  #change(view) {
    this.#view = view;
    this.body.replaceChildren(this.#viewOf(this.session.phase));
    if (view === 'thread') this.thread.toEnd();
  }

  /** @param {import('./session.js').Phase} phase @returns {HTMLElement} */
  #viewOf(phase) {
    if (WITH_THREAD.has(phase)) return this.thread.element;
    if (phase === 'start') return startForm({ session: this.session, texts: this.texts });
    if (phase === 'failed') return this.#problem();
    return h('div', { class: 'loading', role: 'status' }, h('span', { class: 'spinner' }), this.texts.t('widget.loading'));
  }

  #problem() {
    const { session, texts } = this;
    return h('div', { class: 'problem', role: 'alert' }, icon(ICONS.warning), h('p', null, troubleText(texts, session.trouble)),
      h('button', { class: 'main', type: 'button', onclick: () => void session.retry() }, texts.t('core.retry')));
  }

  #renderFoot() {
    const { phase } = this.session;
    if (this.foot.dataset.phase === phase) return;
    this.foot.dataset.phase = phase;
    const below = phase === 'talking' ? this.composer.element : footer(this.session, this.texts);
    this.foot.replaceChildren(...(below ? [below] : []));
    if (phase === 'talking') this.composer.fit();
  }

  #renderBanner() {
    const [text, canRetry] = this.#bannerText();
    this.banner.hidden = !text;
    if (this.banner.dataset.text === text) return;
    this.banner.dataset.text = text;
    this.banner.replaceChildren(h('span', null, text), canRetry ? h('button', { class: 'link', type: 'button', onclick: () => void this.session.retry() }, this.texts.t('core.retry')) : '');
  }

  /** @returns {[string, boolean]} what the banner says, and whether trying again may help */
  #bannerText() {
    const { phase, trouble, net } = this.session;
    if (this.#told) return [this.#told, false];
    if (phase === 'opening') return [this.texts.t('widget.opening'), false];
    if (!WITH_THREAD.has(phase) || phase === 'elsewhere' || phase === 'paused') return ['', false];
    if (trouble && trouble !== 'offline') return [troubleText(this.texts, trouble), true];
    if (phase !== 'talking' || net === 'online') return ['', false];
    return net === 'offline' ? [this.texts.t('core.error.offline'), true] : [this.texts.t('widget.connecting'), false];
  }

  /** Tell something for a moment. @param {string} text */
  tell(text) {
    this.#told = text;
    this.update();
    setTimeout(() => {
      if (this.#told === text) this.#told = '';
      this.update();
    }, TOLD_MILLISECONDS);
  }

  /** The accounts of those who answer. */
  #agents() {
    const { members, me } = this.session.conversation;
    return members.filter((account) => account !== me && !CUSTOMERS.test(account));
  }

  /** @returns {string} '' if nobody is */
  #whoIsHere() {
    const agents = this.#agents();
    const { names } = this.session.conversation;
    if (this.session.phase !== 'talking' || !agents.length) return '';
    return this.texts.t('widget.here.now', { name: agents.map((account) => names[account] || this.texts.t('widget.team')).join(', ') });
  }

  #lookWhetherAway() {
    const { phase, net, conversation, question } = this.session;
    const last = conversation.messages.filter((message) => message.kind !== 'line' && (message.flow === 'out' || conversation.names[message.from])).pop();
    const isWaiting = last ? last.flow === 'out' && Date.now() - last.at > AWAY_MILLISECONDS : Boolean(question && Date.now() - question.at > AWAY_MILLISECONDS);
    this.thread.showWait(phase === 'talking' && net === 'online' && isWaiting && !this.#agents().length ? this.texts.t('widget.away') : '');
  }

  /** @returns {import('./header.js').Entry[]} */
  #offers() {
    const { phase, service } = this.session;
    const end = phase === 'talking' && { label: this.texts.t('widget.end'), act: () => void this.#ask('end') };
    const isKnown = service.road !== 'link' && (service.isKnown || this.session.settings.isSignedIn);
    const forget = isKnown && phase !== 'loading' && { label: this.texts.t('widget.forget'), act: () => void this.#ask('forget') };
    return [end, forget].filter((entry) => typeof entry === 'object');
  }

  /** @param {'end' | 'forget'} what */
  async #ask(what) {
    const isSure = await confirmed(this.element, this.texts, what);
    this.focus();
    if (isSure) await this.session[what]();
  }

  /** Say aloud what others have said since the panel was opened. */
  #announce() {
    const isFirst = !this.#announced.size;
    const news = this.session.conversation.messages.filter((message) => message.flow === 'in' && message.seq && !this.#announced.has(`${message.group}:${message.seq}`));
    for (const message of news) this.#announced.add(`${message.group}:${message.seq}`);
    const latest = news.filter((message) => message.kind !== 'line').pop();
    if (!isFirst && latest && Date.now() - latest.at < 60_000) this.spoken.textContent = `${this.thread.name(latest.from)}: ${preview(latest, this.texts)}`;
  }

  /** @param {boolean} movesFocus */
  open(movesFocus) {
    this.element.hidden = false;
    this.#fitScreen();
    this.#render();
    this.thread.toEnd();
    if (movesFocus) this.focus();
  }

  close() {
    this.element.hidden = true;
  }

  #fitScreen() {
    if (!this.onClose) return;
    const isSmall = matchMedia('(max-width: 480px), (max-height: 520px)').matches;
    if (isSmall) this.element.setAttribute('aria-modal', 'true');
    else this.element.removeAttribute('aria-modal');
  }

  /** Put the focus where one would go on. */
  focus() {
    const place = this.body.querySelector('form input, form textarea') || this.foot.querySelector('textarea, .main') || this.body.querySelector('.main') || this.thread.element;
    // On the conversation itself the focus only waits for a place to write.
    this.#isParked = place === this.thread.element;
    /** @type {HTMLElement} */ (place.isConnected ? place : this.header.more).focus({ preventScroll: true });
  }

  /** Take everything away. */
  remove() {
    clearInterval(this.looking);
    this.element.remove();
  }
}
