/** What the agent should know of the line and the session, in words, with what he can do about it. */

import { h } from '../core/dom.js';

/** What is told of each state, the worst first. */
const TOLD = ['lost', 'elsewhere', 'unreachable', 'offline', 'connecting'];

export class Banner {
  /**
   * @param {import('../core/texts.js').Texts} texts
   * @param {Record<string, () => void>} does what the button of a state does
   */
  constructor(texts, does) {
    this.texts = texts;
    this.does = does;
    this.words = h('p', null);
    this.button = h('button', { type: 'button', class: 'plain small', onclick: () => this.does[this.state]?.() });
    this.element = h('div', { class: 'banner', role: 'status', hidden: true }, this.words, this.button);
    this.state = '';
  }

  /** @param {Record<string, boolean>} states @param {string} [how] a variant of the words */
  show(states, how = '') {
    const state = TOLD.find((one) => states[one]) ?? '';
    if (state + how === this.shown) return;
    this.shown = state + how;
    this.state = state;
    this.element.hidden = !state;
    this.element.dataset.state = state;
    const key = `pane.line.${state}`;
    this.words.textContent = state && this.texts.t(this.texts.has(`${key}.${how}`) ? `${key}.${how}` : key);
    this.button.hidden = !(state in this.does);
    this.button.textContent = state in this.does ? this.texts.t(`pane.line.${state}.do`) : '';
  }
}
