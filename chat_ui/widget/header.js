/** The top of the panel: whose chat it is, who answers, and what else can be done. */

import { h, icon } from '../core/dom.js';
import { ICONS } from './icons.js';

/** @typedef {{label: string, act: () => void}} Entry */

export class Header {
  /**
   * @param {import('./settings.js').Settings} settings
   * @param {import('../core/texts.js').Texts} texts
   * @param {(() => void) | null} onClose null where there is nothing to close
   */
  constructor(settings, texts, onClose) {
    this.texts = texts;
    this.settings = settings;
    this.title = h(onClose ? 'h2' : 'h1', { id: 'caseroom-title' }, settings.line1 || texts.t('widget.title'));
    this.subtitle = h('p', null, settings.line2 || texts.t('widget.subtitle'));
    this.menu = h('div', { class: 'menu', id: 'caseroom-menu', hidden: true });
    this.more = this.#tool('menu', texts.t('widget.menu'), () => this.toggle());
    this.more.setAttribute('aria-expanded', 'false');
    this.more.setAttribute('aria-controls', this.menu.id);
    this.element = h('div', { class: 'head' }, this.#logo(), h('div', { class: 'titles' }, this.title, this.subtitle), this.more,
      onClose && this.#tool('close', texts.t('widget.close'), onClose), this.menu);
  }

  /** @param {'menu' | 'close'} what @param {string} label @param {() => void} act */
  #tool(what, label, act) {
    return h('button', { class: 'tool', type: 'button', 'aria-label': label, title: label, onclick: act }, icon(ICONS[what]));
  }

  #logo() {
    if (!this.settings.logo) return null;
    const logo = h('img', { class: 'logo', src: this.settings.logo, alt: '', width: 40, height: 40 });
    logo.addEventListener('error', () => logo.remove());
    return logo;
  }

  /** @param {string} text who is there */
  say(text) {
    const wanted = text || this.settings.line2 || this.texts.t('widget.subtitle');
    if (this.subtitle.textContent !== wanted) this.subtitle.textContent = wanted;
    this.subtitle.classList.toggle('here', Boolean(text));
  }

  /** What the menu offers now. @param {Entry[]} entries */
  offer(entries) {
    const labels = entries.map(({ label }) => label).join('|');
    if (this.menu.dataset.labels === labels) return;
    this.menu.dataset.labels = labels;
    this.more.hidden = !entries.length;
    this.menu.replaceChildren(...entries.map(({ label, act }) => h('button', { type: 'button', onclick: () => this.#chosen(act) }, label)));
    if (!entries.length) this.toggle(false);
  }

  /** @param {() => void} act */
  #chosen(act) {
    this.toggle(false);
    act();
  }

  /** @param {boolean} [isOpen] @returns {boolean} whether that changed anything */
  toggle(isOpen = Boolean(this.menu.hidden)) {
    if (isOpen !== Boolean(this.menu.hidden)) return false;
    this.menu.hidden = !isOpen;
    this.more.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) /** @type {HTMLElement | null} */ (this.menu.firstElementChild)?.focus();
    else this.more.focus();
    return true;
  }
}
