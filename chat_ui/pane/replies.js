/**
 * Canned replies: a list over the composer, filtered as one types, chosen with the arrow keys and Enter. A chosen reply
 * goes into the composer, where it can still be changed; nothing is sent by choosing.
 *
 * @typedef {import('./agent_service.js').Reply} Reply
 */

import { h } from '../core/dom.js';

const ID = 'caseroom-reply-';
const STEPS = /** @type {Record<string, (at: number, count: number) => number>} */ ({
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
});

/**
 * The replies that hold every word, those with the words in the title first.
 *
 * @param {Reply[]} replies
 * @param {string} wanted
 * @returns {Reply[]}
 */
export function matching(replies, wanted) {
  const words = wanted.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  /** @param {string} text */
  const has = (text) => words.every((word) => text.toLocaleLowerCase().includes(word));
  const found = replies.filter(({ title, text }) => has(`${title} ${text}`));
  return [...found.filter(({ title }) => has(title)), ...found.filter(({ title }) => !has(title))];
}

/**
 * Fill in what a reply says of the customer: `{name}`.
 *
 * @param {string} text
 * @param {{name: string}} customer
 */
export function filledIn(text, { name }) {
  return text.replaceAll('{name}', name);
}

export class Replies {
  /** @type {Reply[] | undefined} */ replies;
  /** @type {Reply[]} */ found = [];
  at = 0;
  /** Enter was pressed before the list was there. */ #isHasty = false;

  /**
   * @param {object} ways
   * @param {import('../core/texts.js').Texts} ways.texts
   * @param {() => Promise<Reply[]>} ways.load
   * @param {(reply: Reply) => void} ways.onChoose
   * @param {() => void} ways.onClose gives the focus back
   */
  constructor(ways) {
    this.ways = ways;
    const { texts } = ways;
    this.list = h('ul', { role: 'listbox', id: `${ID}list`, 'aria-label': texts.t('pane.replies') });
    this.note = h('p', { class: 'empty', role: 'status' });
    this.filter = h('input', {
      type: 'search', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': `${ID}list`, 'aria-autocomplete': 'list', autocomplete: 'off',
      'aria-label': texts.t('pane.replies.filter'), placeholder: texts.t('pane.replies.filter'),
      oninput: () => this.#show(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#press(event),
    });
    this.element = h('div', { class: 'replies', hidden: true, role: 'group', 'aria-label': texts.t('pane.replies'), onfocusout: (/** @type {FocusEvent} */ event) => this.#leave(event) }, this.filter, this.list, this.note);
  }

  get isOpen() {
    return !this.element.hidden;
  }

  async open() {
    this.element.hidden = false;
    this.filter.value = '';
    this.#isHasty = false;
    this.filter.focus();
    this.#say('pane.replies.loading');
    try {
      this.replies ??= await this.ways.load();
      this.#show();
    } catch {
      this.#say('pane.replies.failed');
    }
  }

  close() {
    this.element.hidden = true;
    this.ways.onClose();
  }

  /** @param {string} key */
  #say(key) {
    this.note.textContent = key && this.ways.texts.t(key);
    this.note.hidden = !key;
  }

  #show() {
    if (!this.replies) return;
    this.found = matching(this.replies, this.filter.value);
    this.list.replaceChildren(...this.found.map((reply, at) => this.#row(reply, at)));
    this.#say(this.found.length ? '' : this.replies.length ? 'pane.replies.none' : 'pane.replies.empty');
    this.#go(0);
    if (this.#isHasty) this.#choose(0);
  }

  /** @param {Reply} reply @param {number} at */
  #row(reply, at) {
    // The focus stays in the filter while the pointer chooses.
    const props = { role: 'option', id: ID + at, onpointerdown: (/** @type {Event} */ event) => event.preventDefault(), onclick: () => this.#choose(at) };
    return h('li', props, h('span', { class: 'title' }, reply.title), h('span', { class: 'text' }, reply.text));
  }

  /** @param {number} at */
  #go(at) {
    this.at = at;
    [...this.list.children].forEach((row, n) => row.setAttribute('aria-selected', String(n === at)));
    const row = this.list.children[at];
    row?.scrollIntoView({ block: 'nearest' });
    if (row) this.filter.setAttribute('aria-activedescendant', row.id);
    else this.filter.removeAttribute('aria-activedescendant');
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const step = STEPS[event.key];
    if (event.key === 'Escape') this.close();
    else if (event.key === 'Enter' && !event.isComposing) this.#choose(this.at);
    else if (step && this.found.length) this.#go(step(this.at, this.found.length));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number} at */
  #choose(at) {
    const reply = this.found[at];
    this.#isHasty = !this.replies;
    if (!reply) return;
    this.element.hidden = true;
    this.ways.onChoose(reply);
  }

  /** @param {FocusEvent} event */
  #leave(event) {
    if (!this.element.contains(/** @type {Node | null} */ (event.relatedTarget))) this.element.hidden = true;
  }
}
