/** The conversation as a list that grows: what has not changed stays the same element, and the reader stays where he is. */

import { h } from '../core/dom.js';
import { isRead } from '../core/conversation.js';
import { bubble } from './bubble.js';

const TOGETHER_MILLISECONDS = 4 * 60_000;
const NEAR_END = 80;

/**
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('./session.js').Session} Session
 */

export class Thread {
  /** @type {Map<string, {message: Message, looks: string, element: HTMLElement}>} */
  #shown = new Map();
  #hasMoved = false;

  /** @param {Session & {roleOf?: (account: string) => string}} session @param {import('../core/texts.js').Texts} texts @param {import('./bubble.js').Acts} acts */
  constructor(session, texts, acts) {
    this.session = session;
    this.texts = texts;
    this.acts = acts;
    this.list = h('ol', { class: 'list' });
    this.more = h('button', { class: 'link more', type: 'button', hidden: true, onclick: () => this.#earlier() }, texts.t('widget.earlier'));
    this.typing = h('p', { class: 'typing', hidden: true }, h('span', { class: 'dots' }, h('i', null), h('i', null), h('i', null)), h('span', null));
    this.wait = h('p', { class: 'line', hidden: true });
    this.element = h('div', { class: 'thread', tabindex: '0', role: 'log', 'aria-live': 'off', 'aria-label': texts.t('widget.conversation') }, this.more, this.list, this.wait, this.typing);
    this.element.addEventListener('scroll', () => { this.#hasMoved = !this.#isAtEnd(); }, { passive: true });
    this.list.addEventListener('load', () => this.#stay(), true);
    // What stands below may grow, and the keyboard of a phone may come up.
    new ResizeObserver(() => this.#stay()).observe(this.element);
  }

  /** Bring the list up to date. */
  update() {
    const { conversation } = this.session;
    this.more.hidden = !conversation.before;
    const items = this.#items();
    this.#place(items);
    this.#showTyping();
    this.#stay();
  }

  /** Everything in order: headings of days, the first question, messages. @returns {{id: string, message: Message | null, looks: string, make: () => HTMLElement}[]} */
  #items() {
    const messages = this.#messages();
    const lastOut = messages.filter((message) => message.flow === 'out' && message.status === 'sent').pop();
    return messages.flatMap((message, index) => {
      const previous = messages[index - 1];
      const around = this.#around(message, previous, messages[index + 1], message === lastOut);
      const item = { id: message.key || message.id, message, looks: JSON.stringify(around), make: () => bubble(message, around, this.texts, this.acts) };
      return isSameDay(message, previous) ? [item] : [this.#day(message.at), item];
    });
  }

  /** @param {number} at */
  #day(at) {
    const text = this.texts.day(at);
    return { id: `day ${new Date(at).toDateString()}`, message: null, looks: text, make: () => h('li', { class: 'day' }, h('span', null, text)) };
  }

  /** The messages, with the first question in front of what was said in its group. @returns {Message[]} */
  #messages() {
    const { conversation, question } = this.session;
    if (!question || !question.text) return conversation.messages;
    const first = /** @type {Message} */ ({ id: 'question', key: '', group: question.group, seq: 0, from: question.from ?? conversation.me, nick: '', at: question.at, kind: 'text', text: question.text, flow: question.from ? 'in' : 'out', status: 'sent' });
    const at = conversation.messages.findIndex((message) => message.group === question.group);
    const place = at < 0 && question.group === conversation.group ? conversation.messages.length : Math.max(0, at);
    return [...conversation.messages.slice(0, place), first, ...conversation.messages.slice(place)];
  }

  /** @param {Message} message @param {Message | undefined} previous @param {Message | undefined} next @param {boolean} isLastOut @returns {import('./bubble.js').Around} */
  #around(message, previous, next, isLastOut) {
    const { conversation, phase } = this.session;
    return {
      name: this.name(message.from),
      isFirst: !isTogether(previous, message),
      isLast: !isTogether(message, next),
      state: isLastOut && message.seq ? (isRead(conversation, message) ? 'read' : 'sent') : '',
      quoted: message.quote ? this.name(message.quote.from) : '',
      canQuote: phase === 'talking' && message.seq > 0 && message.group === conversation.group && message.kind !== 'unknown',
      who: (message.who || []).map((account) => (account === conversation.me ? this.name(account) : conversation.names[account] || this.texts.t('widget.team'))),
      role: this.session.roleOf?.(message.from) || '',
    };
  }

  /** What somebody is called. @param {string} account @returns {string} */
  name(account) {
    const { conversation, settings } = this.session;
    if (account === conversation.me) return this.texts.t('widget.you');
    return conversation.names[account] || settings.line1 || this.texts.t('widget.team');
  }

  /** @param {{id: string, message: Message | null, looks: string, make: () => HTMLElement}[]} items */
  #place(items) {
    const gone = new Set(this.#shown.keys());
    let after = /** @type {Element | null} */ (null);
    for (const item of items) {
      gone.delete(item.id);
      const element = this.#element(item);
      const place = after ? after.nextElementSibling : this.list.firstElementChild;
      if (element !== place) this.list.insertBefore(element, place);
      after = element;
    }
    for (const id of gone) {
      this.#shown.get(id)?.element.remove();
      this.#shown.delete(id);
    }
  }

  /** The element that is there already, if nothing about it has changed. @param {{id: string, message: Message | null, looks: string, make: () => HTMLElement}} item */
  #element({ id, message, looks, make }) {
    const known = this.#shown.get(id);
    if (known && known.looks === looks && (known.message === message || id === 'question')) return known.element;
    const element = make();
    if (known) known.element.replaceWith(element);
    this.#shown.set(id, { message: /** @type {Message} */ (message), looks, element });
    return element;
  }

  #showTyping() {
    const { typing } = this.session.conversation;
    this.typing.hidden = !typing;
    if (typing) /** @type {Element} */ (this.typing.lastChild).textContent = this.texts.t('widget.typing', { name: this.name(typing.from) });
  }

  /** @param {string} text '' for none */
  showWait(text) {
    if (this.wait.textContent === text) return;
    this.wait.textContent = text;
    this.wait.hidden = !text;
    this.#stay();
  }

  async #earlier() {
    const height = this.element.scrollHeight - this.element.scrollTop;
    this.#hasMoved = true;
    this.more.setAttribute('aria-busy', 'true');
    await this.session.earlier();
    this.more.removeAttribute('aria-busy');
    this.element.scrollTop = this.element.scrollHeight - height;
    if (this.more.hidden) this.element.focus();
  }

  #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  /** Keep the newest in sight, unless the reader looks at something earlier. */
  #stay() {
    if (!this.#hasMoved) this.element.scrollTop = this.element.scrollHeight;
  }

  /** Bring the newest in sight. */
  toEnd() {
    this.#hasMoved = false;
    this.#stay();
  }

  /** Bring a message in sight, as when its quotation is pressed. @param {number} seq */
  show(seq) {
    const found = /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-seq="${seq}"]`));
    if (!found) return;
    found.scrollIntoView({ block: 'center' });
    found.classList.add('flash');
    setTimeout(() => found.classList.remove('flash'), 1500);
  }
}

/** @param {Message | undefined} one @param {Message | undefined} other @returns {boolean} */
function isTogether(one, other) {
  return Boolean(one && other && one.kind !== 'line' && other.kind !== 'line' && one.from === other.from && one.flow === other.flow && other.at - one.at < TOGETHER_MILLISECONDS && isSameDay(other, one));
}

/** @param {Message} message @param {Message | undefined} other @returns {boolean} */
function isSameDay(message, other) {
  return Boolean(other && new Date(message.at).toDateString() === new Date(other.at).toDateString());
}
