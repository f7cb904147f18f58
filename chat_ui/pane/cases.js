/**
 * The agent's open cases: who asks, what about, the last word, and how much of it is unread.
 *
 * @typedef {import('./agent_service.js').AgentCase} AgentCase
 */

import { h } from '../core/dom.js';
import { showList } from './keyed.js';

/** What a row says, in order; the last is the badge's words, for those who do not see it. */
const PARTS = ['who', 'when', 'subject', 'last', 'badge', 'hidden'];

export class Cases {
  /**
   * @param {object} ways
   * @param {import('../core/texts.js').Texts} ways.texts
   * @param {(ref: string) => void} ways.onChoose
   */
  constructor({ texts, onChoose }) {
    this.texts = texts;
    this.onChoose = onChoose;
    this.list = h('ul', { class: 'case-list', role: 'list' });
    this.empty = h('p', { class: 'empty' }, texts.t('pane.cases.none'));
    this.element = h('nav', { class: 'panel cases', 'aria-label': texts.t('pane.cases.title') }, h('h2', null, texts.t('pane.cases.title')), this.list, this.empty);
  }

  /**
   * @param {AgentCase[]} cases those with a ref
   * @param {string} inView
   * @param {(group: string) => number} unread
   * @param {boolean} isListed whether the service has told the list
   */
  show(cases, inView, unread, isListed) {
    this.empty.hidden = cases.length > 0;
    this.empty.textContent = this.texts.t(isListed ? 'pane.cases.none' : 'pane.opening');
    showList(this.list, cases, {
      key: (one) => String(one.ref),
      make: (one) => this.#make(one),
      update: (row, one) => this.#update(row, one, one.ref === inView, unread(one.GroupId)),
    });
  }

  /** @param {AgentCase} one */
  #make(one) {
    const parts = PARTS.map((name) => h('span', { class: name, dir: 'auto', 'aria-hidden': name === 'badge' ? 'true' : null }));
    return h('li', null, h('button', { type: 'button', class: 'case', onclick: () => this.onChoose(String(one.ref)) }, ...parts));
  }

  /**
   * @param {HTMLElement} row
   * @param {AgentCase} one
   * @param {boolean} isInView
   * @param {number} count
   */
  #update(row, one, isInView, count) {
    const { texts } = this;
    const button = /** @type {HTMLElement} */ (row.firstElementChild);
    const says = [
      one.customer.name || texts.t('pane.customer.unnamed'),
      one.lastAt ? when(texts, one.lastAt * 1000) : '',
      one.subject,
      one.lastText || '',
      count ? texts.number(Math.min(count, 99)) : '',
      count ? texts.t('pane.unread', { count }) : '',
    ];
    [...button.children].forEach((part, n) => (part.textContent = says[n]));
    button.toggleAttribute('data-unread', count > 0);
    if (isInView) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  }
}

/**
 * The time of today, the day of an earlier one.
 *
 * @param {import('../core/texts.js').Texts} texts
 * @param {number} at milliseconds
 */
export function when(texts, at) {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  return isToday ? texts.time(at) : new Intl.DateTimeFormat(texts.locale, { day: 'numeric', month: 'short' }).format(at);
}
