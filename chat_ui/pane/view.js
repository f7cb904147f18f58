/** The pane on the page: the bar, the word about the line, the cases, the conversation in view, and its customer. */

import { h, icon } from '../core/dom.js';
import { Question } from './actions.js';
import { Banner } from './banner.js';
import { Cases } from './cases.js';
import { CustomerPanel } from './customer.js';
import { wordsOf } from './errors.js';
import { Header } from './header.js';
import { ICONS } from './icons.js';
import { Settings } from './settings.js';
import { Talk } from './talk.js';

/** @typedef {'talk' | 'cases' | 'customer'} Part */

const SLOW = 5_000;

export class View {
  /** @type {Part} */ part = 'talk';
  /** @type {string | undefined} */ #ref;
  /** Whether the conversation is on the screen: helpdesks hide frames, and narrow panes hide parts. */ showsTalk = false;
  busy = '';

  /**
   * @param {HTMLElement} root
   * @param {object} ways
   * @param {import('../core/texts.js').Texts} ways.texts
   * @param {import('./alerts.js').Alerts} ways.alerts
   * @param {import('./workplace.js').Workplace} ways.place
   * @param {boolean} ways.canOpen whether cases can be opened at the helpdesk
   */
  constructor(root, ways) {
    this.root = root;
    this.ways = ways;
    this.root.className = 'pane';
  }

  opening() {
    this.root.replaceChildren(this.#notice(this.ways.texts.t('pane.opening'), 'status'));
  }

  /**
   * It could not be opened: the reason, and the way out of it.
   *
   * @param {string} code
   * @param {string} remedy what the agent has to do where trying again does not help
   * @param {() => void} retry
   */
  failed(code, remedy, retry) {
    const { texts } = this.ways;
    const words = remedy ? texts.t(`pane.line.lost.${remedy}`) : wordsOf(texts, code);
    const again = h('button', { type: 'button', class: 'primary', onclick: retry }, texts.t('pane.line.lost.do'));
    this.root.replaceChildren(this.#notice(words, 'alert', again));
  }

  /** The page while there is nothing else. @param {string} words @param {'status' | 'alert'} role @param {...HTMLElement} more */
  #notice(words, role, ...more) {
    return h('main', { class: 'notice' }, icon(ICONS.replies), h('h1', { class: 'hidden' }, this.ways.texts.t('pane.title')), h('p', { role }, words), ...more);
  }

  /** @param {import('./desk.js').Desk} desk @param {import('./holder.js').Holder} holder */
  begin(desk, holder) {
    const { texts, alerts, place, canOpen } = this.ways;
    this.desk = desk;
    this.holder = holder;
    this.settings = new Settings(texts, alerts);
    this.header = new Header({ texts, settings: this.settings.element, onPart: (part) => this.#turn(part), onAct: (action) => this.#act(action) });
    this.banner = new Banner(texts, { lost: () => place.regain(), elsewhere: () => holder.useHere(), offline: () => holder.useHere(), unreachable: () => this.#again() });
    this.cases = new Cases({ texts, onChoose: (ref) => this.#choose(ref) });
    this.talk = new Talk({ texts, desk, onTrouble: (words) => this.#say(words, true) });
    this.customer = new CustomerPanel({ texts, canOpen, onOpen: (ref) => place.openAtHelpdesk(ref) });
    this.question = new Question(texts);
    this.said = h('p', { class: 'word', role: 'status' });
    this.parts = h('main', { class: 'parts', data: { part: 'talk' }, onkeydown: (/** @type {KeyboardEvent} */ event) => this.#press(event) }, this.cases.element, this.talk.element, this.customer.element);
    new IntersectionObserver(([{ isIntersecting }]) => this.#seen(isIntersecting)).observe(this.talk.element);
    this.root.replaceChildren(this.header.element, this.banner.element, this.parts, this.question.element, this.said);
  }

  /** @param {{isLost: boolean, remedy: string}} session */
  show({ isLost, remedy }) {
    const { desk, holder } = this;
    if (!desk || !holder) return;
    const one = desk.inView;
    const facts = one?.facts ?? null;
    if (desk.ref !== this.#ref) this.#follow(desk.ref);
    this.header?.show({ ref: desk.ref, facts, isUnknown: one?.trouble === 'no_case', unread: desk.total, busy: this.busy });
    this.banner?.show({ lost: isLost, unreachable: Boolean(desk.trouble), elsewhere: holder.state === 'elsewhere', offline: holder.state === 'offline', connecting: this.#isSlow(holder) }, isLost ? remedy : '');
    this.root.dataset.line = holder.state;
    this.cases?.show(desk.cases, desk.ref, (group) => desk.unread.count(group), desk.isListed);
    this.customer?.show(facts);
    this.talk?.show();
  }

  /** @param {Record<'sound' | 'title' | 'desktop', boolean>} on as another pane has turned them */
  alertsAre(on) {
    this.settings?.show(on);
  }

  /** Connecting takes a moment each time; it is told when it takes longer. @param {import('./holder.js').Holder} holder */
  #isSlow(holder) {
    if (holder.state !== 'connecting') return false;
    const left = holder.since + SLOW - Date.now();
    clearTimeout(this.waiting);
    if (left > 0) this.waiting = setTimeout(() => this.ways.place.show(), left);
    return left <= 0;
  }

  /** @param {boolean} isSeen */
  #seen(isSeen) {
    this.showsTalk = isSeen;
    this.desk?.look();
  }

  /** Another case came into view: it is shown; where there is none, the list is. @param {string} ref */
  #follow(ref) {
    this.#ref = ref;
    this.#go(ref ? 'talk' : 'cases');
  }

  /** The same button turns back. @param {Part} part */
  #turn(part) {
    this.#go(part === this.part ? 'talk' : part);
  }

  /** Show a part, where there is room for one only. @param {Part} part */
  #go(part) {
    this.part = part;
    if (!this.parts || !this.header) return;
    this.parts.dataset.part = this.part;
    this.header.cases.setAttribute('aria-expanded', String(this.part === 'cases'));
    this.header.customer.setAttribute('aria-expanded', String(this.part === 'customer'));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.key !== 'Escape' || this.part === 'talk' || event.defaultPrevented) return;
    const back = this.part === 'cases' ? this.header?.cases : this.header?.customer;
    this.#turn(this.part);
    back?.focus();
  }

  /** @param {string} ref */
  async #choose(ref) {
    this.#go('talk');
    await this.desk?.view(ref);
    if (this.desk?.ref === ref) this.talk?.focus();
  }

  #again() {
    this.desk?.list();
    this.desk?.inView?.load();
  }

  /** @param {import('./actions.js').Action} action */
  async #act(action) {
    const { texts } = this.ways;
    const name = this.desk?.inView?.facts?.customer.name || texts.t('pane.customer.unnamed');
    if (action === 'block' && !(await this.question?.ask('pane.block.ask', { name }))) return;
    this.#busy(action);
    try {
      await this.desk?.act(action);
      this.#say(texts.t(`pane.${action}.done`));
    } catch (error) {
      const { code } = /** @type {any} */ (error);
      this.#say(texts.t(`pane.${action}.failed`, { why: wordsOf(texts, code === 'no_case' ? 'not_taken' : code) }), true);
    }
    this.#busy('');
  }

  /** @param {string} action */
  #busy(action) {
    this.busy = action;
    this.ways.place.show();
  }

  /** A word about what was done; it goes by itself, a failure when something else is done. @param {string} words @param {boolean} [isTrouble] */
  #say(words, isTrouble = false) {
    const said = /** @type {HTMLElement} */ (this.said);
    clearTimeout(this.timer);
    said.textContent = words;
    said.toggleAttribute('data-trouble', isTrouble);
    this.timer = setTimeout(() => (said.textContent = ''), isTrouble ? 15_000 : 5_000);
  }
}
