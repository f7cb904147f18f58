/** What stands over the conversation: whose it is, how it stands, what can be done with it, and the way to the other parts. */

import { h, icon } from '../core/dom.js';
import { offered } from './actions.js';
import { ICONS } from './icons.js';

/** @typedef {import('./agent_service.js').AgentCase} AgentCase */

export class Header {
  #offered = '';

  /**
   * @param {object} ways
   * @param {import('../core/texts.js').Texts} ways.texts
   * @param {HTMLElement} ways.settings
   * @param {(part: 'cases' | 'customer') => void} ways.onPart
   * @param {(action: import('./actions.js').Action) => void} ways.onAct
   */
  constructor({ texts, settings, onPart, onAct }) {
    this.texts = texts;
    this.onAct = onAct;
    this.badge = h('span', { class: 'badge', 'aria-hidden': 'true' });
    this.cases = h('button', { type: 'button', class: 'icon to-cases', 'aria-expanded': 'false', onclick: () => onPart('cases') }, icon(ICONS.cases), this.badge);
    this.customer = h('button', { type: 'button', class: 'icon to-customer', 'aria-expanded': 'false', 'aria-label': texts.t('pane.customer.title'), title: texts.t('pane.customer.title'), onclick: () => onPart('customer') }, icon(ICONS.customer));
    this.name = h('h1', { tabindex: '-1' });
    this.about = h('p', { class: 'about' });
    this.state = h('span', { class: 'state' });
    this.actions = h('div', { class: 'actions' });
    this.block = h('button', { type: 'button', class: 'plain block', onclick: () => { this.#close(); onAct('block'); } }, texts.t('pane.block'));
    this.more = h('details', { class: 'more', onkeydown: (/** @type {KeyboardEvent} */ event) => this.#press(event), onfocusout: (/** @type {FocusEvent} */ event) => this.#leave(event) }, h('summary', { class: 'icon', 'aria-label': texts.t('pane.more'), title: texts.t('pane.more') }, icon(ICONS.more)), h('div', { class: 'sheet' }, settings, this.block));
    this.element = h('header', { class: 'bar' }, this.cases, h('div', { class: 'case-title' }, this.name, this.about), this.state, this.actions, this.customer, this.more);
  }

  /**
   * @param {object} shown
   * @param {string} shown.ref
   * @param {AgentCase | null} shown.facts
   * @param {boolean} shown.isUnknown the agent is not in this case
   * @param {number} shown.unread in all cases
   * @param {string} shown.busy the action that is under way
   */
  show({ ref, facts, isUnknown, unread, busy }) {
    const { texts } = this;
    this.name.textContent = facts ? facts.customer.name || texts.t('pane.customer.unnamed') : ref ? texts.t('pane.case.number', { ref }) : texts.t('pane.title');
    this.about.textContent = facts ? `${texts.t('pane.case.number', { ref })} · ${facts.subject}` : '';
    this.about.title = facts?.subject ?? '';
    this.#state(facts);
    this.#badge(unread);
    this.customer.hidden = !facts;
    this.#offer(offered(facts, isUnknown && Boolean(ref)), busy);
  }

  /** @param {AgentCase | null} facts */
  #state(facts) {
    this.state.hidden = !facts;
    if (!facts) return;
    this.state.textContent = this.texts.t(`pane.state.${facts.state}`);
    this.state.dataset.state = facts.state;
  }

  /** @param {number} unread */
  #badge(unread) {
    const { texts } = this;
    this.badge.textContent = unread ? texts.number(Math.min(unread, 99)) : '';
    const name = [texts.t('pane.cases.title'), unread ? texts.t('pane.unread', { count: unread }) : ''].filter(Boolean).join(', ');
    this.cases.setAttribute('aria-label', name);
    this.cases.title = name;
  }

  /** @param {import('./actions.js').Action[]} actions @param {string} busy */
  #offer(actions, busy) {
    this.block.hidden = !actions.includes('block');
    const shown = actions.filter((action) => action !== 'block');
    const state = shown.join() + busy;
    if (state === this.#offered) return;
    this.#offered = state;
    this.actions.replaceChildren(...shown.map((action) => h('button', { type: 'button', class: 'primary small', 'aria-disabled': busy ? 'true' : null, onclick: () => busy || this.onAct(action) }, this.texts.t(busy === action ? `pane.${action}.busy` : `pane.${action}`))));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.key !== 'Escape' || !this.more.open) return;
    event.stopPropagation();
    this.#close();
  }

  /** @param {FocusEvent} event */
  #leave(event) {
    const next = /** @type {Node | null} */ (event.relatedTarget);
    if (next && !this.more.contains(next)) this.more.open = false;
  }

  #close() {
    this.more.open = false;
    /** @type {HTMLElement} */ (this.more.firstElementChild).focus();
  }
}
