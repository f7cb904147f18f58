/**
 * Who the customer is: name, address and whether somebody vouches for it, where he is, and his earlier cases.
 *
 * @typedef {import('./agent_service.js').AgentCase} AgentCase
 */

import { h, icon, safeURL } from '../core/dom.js';
import { when } from './cases.js';
import { ICONS } from './icons.js';

export class CustomerPanel {
  /** @type {string} what is shown, to see whether it changed */ #shown = '';

  /**
   * @param {object} ways
   * @param {import('../core/texts.js').Texts} ways.texts
   * @param {(ref: string) => void} ways.onOpen opens a case at the helpdesk
   * @param {boolean} ways.canOpen whether there is somebody around who can
   */
  constructor({ texts, onOpen, canOpen }) {
    this.texts = texts;
    this.onOpen = onOpen;
    this.canOpen = canOpen;
    this.body = h('div', { class: 'facts' });
    this.element = h('section', { class: 'panel customer', 'aria-label': texts.t('pane.customer.title') }, h('h2', null, texts.t('pane.customer.title')), this.body);
  }

  /** @param {AgentCase | null} shown */
  show(shown) {
    const now = JSON.stringify(shown && [shown.customer, shown.members, shown.pastCases, shown.openedAt, shown.ref]);
    if (now === this.#shown) return;
    this.#shown = now;
    this.body.replaceChildren(...(shown ? this.#parts(shown) : []));
  }

  /** @param {AgentCase} shown */
  #parts({ customer, members = [], pastCases = [], openedAt, subject }) {
    const { texts } = this;
    const rows = [
      [texts.t('pane.customer.name'), customer.name],
      [texts.t('pane.customer.contact'), customer.email ? this.#address(customer) : ''],
      [texts.t('pane.customer.blocked'), customer.blockedUntil ? this.#time(customer.blockedUntil) : ''],
      [texts.t('pane.customer.page'), customer.page ? link(customer.page) : ''],
      [texts.t('pane.customer.shop'), customer.shop || ''],
      [texts.t('pane.customer.language'), customer.locale ? language(texts.locale, customer.locale) : ''],
      [texts.t('pane.case.subject'), subject],
      [texts.t('pane.case.opened'), this.#time(openedAt)],
    ];
    const facts = rows.filter(([, value]) => value).map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value)));
    return [h('dl', null, ...facts), ...this.#present(members), ...this.#past(pastCases)];
  }

  /** @param {number} at Unix seconds */
  #time(at) {
    return new Intl.DateTimeFormat(this.texts.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(at * 1000);
  }

  /** @param {AgentCase['customer']} customer */
  #address({ email, isEmailVerified }) {
    const state = isEmailVerified ? 'verified' : 'unverified';
    const mark = h('span', { class: `mark ${state}`, title: this.texts.t(`pane.customer.${state}.why`) }, this.texts.t(`pane.customer.${state}`));
    return h('span', null, h('bdi', null, email), ' ', mark);
  }

  /** @param {import('./agent_service.js').Member[]} members */
  #present(members) {
    if (!members.length) return [];
    const rows = members.map(({ name, userID, isAgent }) =>
      h('li', null, h('bdi', null, name || userID), ' ', h('span', { class: 'soft' }, this.texts.t(isAgent ? 'pane.role.agent' : 'pane.role.customer'))));
    return [h('h3', null, this.texts.t('pane.members')), h('ul', { class: 'members', role: 'list' }, ...rows)];
  }

  /** @param {import('./agent_service.js').PastCase[]} past */
  #past(past) {
    if (!past.length) return [];
    return [h('h3', null, this.texts.t('pane.past')), h('ul', { class: 'past', role: 'list' }, ...past.map((one) => h('li', null, this.#earlier(one))))];
  }

  /** @param {import('./agent_service.js').PastCase} one */
  #earlier({ ref, subject, state, openedAt }) {
    const words = [h('span', { class: 'subject' }, subject || this.texts.t('pane.past.untitled')), h('span', { class: 'soft' }, [ref && this.texts.t('pane.case.number', { ref }), this.texts.t(`pane.state.${state}`), when(this.texts, openedAt * 1000)].filter(Boolean).join(' · '))];
    if (!ref || !this.canOpen) return h('span', { class: 'earlier' }, ...words);
    return h('button', { type: 'button', class: 'earlier', onclick: () => this.onOpen(ref) }, ...words, icon(ICONS.open));
  }
}

/** @param {string} page */
function link(page) {
  const url = safeURL(page);
  const shown = page.replace(/^https?:\/\//, '');
  return url ? h('a', { href: url, target: '_blank', rel: 'noopener noreferrer', dir: 'ltr' }, shown) : h('bdi', null, shown);
}

/**
 * @param {string} locale
 * @param {string} spoken
 */
function language(locale, spoken) {
  try {
    return new Intl.DisplayNames(locale, { type: 'language' }).of(spoken.replace('_', '-')) || spoken;
  } catch {
    return spoken;
  }
}
