/** Where one writes: text, emoji, pictures, files, and what is answered. */

import { h, icon } from '../core/dom.js';
import { newKey } from '../core/clock.js';
import { emojiPicker } from './emoji.js';
import { kindOf, refusal } from './files.js';
import { preview } from './bubble.js';
import { ICONS } from './icons.js';

const LONGEST = 2000;
const QUOTE_LENGTH = 200;

export class Composer {
  /** @type {import('../core/types.js').Quote | undefined} */ #quote;

  /**
   * @param {import('./session.js').Session} session
   * @param {import('../core/texts.js').Texts} texts
   * @param {(account: string) => string} nameOf
   * @param {(text: string) => void} onTrouble tells what is wrong with a file
   */
  constructor(session, texts, nameOf, onTrouble) {
    this.session = session;
    this.texts = texts;
    this.nameOf = nameOf;
    this.onTrouble = onTrouble;
    this.picker = emojiPicker(texts, (emoji) => this.#insert(emoji));
    this.text = h('textarea', { rows: 1, maxlength: LONGEST, 'aria-label': texts.t('widget.write'), placeholder: texts.t('widget.write'), dir: 'auto', enterkeyhint: 'send', value: session.keeper.get('typed') || '' });
    this.chooser = h('input', { type: 'file', multiple: true, hidden: true, tabindex: '-1', 'aria-label': texts.t('widget.attach'), onchange: () => this.#chosen() });
    this.emojiButton = this.#tool('emoji', () => this.#toggleEmoji());
    this.emojiButton.setAttribute('aria-expanded', 'false');
    this.quoteBar = h('div', { class: 'quoting', hidden: true });
    this.element = h('form', { class: 'composer' }, this.quoteBar, this.picker,
      h('div', { class: 'row' }, this.#tool('attach', () => this.chooser.click()), this.emojiButton, this.text,
        h('button', { class: 'send', type: 'submit', 'aria-label': texts.t('widget.send') }, icon(ICONS.send))), this.chooser);
    this.#listen();
  }

  /** @param {'attach' | 'emoji'} what @param {() => void} act */
  #tool(what, act) {
    const label = this.texts.t(`widget.${what}`);
    return h('button', { class: 'tool', type: 'button', 'aria-label': label, title: label, onclick: act }, icon(ICONS[what]));
  }

  #listen() {
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    this.text.addEventListener('keydown', (event) => {
      // Who is composing a character with an input method ends that with Enter, not the message.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    this.text.addEventListener('input', () => this.#typed());
    this.text.addEventListener('paste', (event) => {
      const files = [...(event.clipboardData?.files || [])];
      if (files.length) event.preventDefault();
      this.sendFiles(files);
    });
  }

  #typed() {
    this.session.keeper.set('typed', this.text.value);
    this.fit();
    if (this.text.value.trim()) this.session.typing();
  }

  /** Be as high as the text needs, within limits that the style sheet sets. */
  fit() {
    this.text.style.height = 'auto';
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }

  #send() {
    const text = this.text.value.trim();
    if (!text) return this.text.focus();
    this.text.value = '';
    this.session.keeper.remove('typed');
    this.fit();
    this.session.say({ ...this.#draft('text'), text });
    this.closeEmoji();
    return this.text.focus();
  }

  /** @param {'text' | 'image' | 'file'} kind @returns {import('../core/types.js').Draft} */
  #draft(kind) {
    const quote = this.#quote;
    this.quote(null);
    return { key: newKey(), at: Date.now(), kind, ...(quote && { quote }) };
  }

  #chosen() {
    this.sendFiles([...(this.chooser.files || [])]);
    this.chooser.value = '';
    this.text.focus();
  }

  /** @param {File[]} files */
  sendFiles(files) {
    for (const file of files) {
      const wrong = refusal(file, this.texts);
      if (wrong) this.onTrouble(wrong);
      else this.session.say({ ...this.#draft(kindOf(file)), file });
    }
  }

  /** @param {string} emoji */
  #insert(emoji) {
    const { selectionStart, selectionEnd } = this.text;
    this.text.setRangeText(emoji, selectionStart, selectionEnd, 'end');
    this.#typed();
  }

  #toggleEmoji() {
    if (!this.picker.hidden) return void this.closeEmoji();
    this.picker.hidden = false;
    this.emojiButton.setAttribute('aria-expanded', 'true');
    return /** @type {HTMLElement | null} */ (this.picker.querySelector('[tabindex="0"]'))?.focus();
  }

  /** @returns {boolean} whether it was open */
  closeEmoji() {
    if (this.picker.hidden) return false;
    const hadFocus = this.picker.contains(/** @type {ShadowRoot} */ (this.picker.getRootNode()).activeElement);
    this.picker.hidden = true;
    this.emojiButton.setAttribute('aria-expanded', 'false');
    if (hadFocus) this.emojiButton.focus();
    return true;
  }

  /** Answer an earlier message, or no longer. @param {import('../core/types.js').Message | null} message */
  quote(message) {
    this.#quote = message ? { seq: message.seq, from: message.from, text: preview(message, this.texts).slice(0, QUOTE_LENGTH) } : undefined;
    this.quoteBar.hidden = !message;
    this.quoteBar.replaceChildren();
    if (!message) return;
    const stop = h('button', { class: 'tool', type: 'button', 'aria-label': this.texts.t('widget.quote.stop'), onclick: () => this.quote(null) }, icon(ICONS.close));
    this.quoteBar.append(h('div', { class: 'quoted' }, h('b', null, this.texts.t('widget.quoting', { name: this.nameOf(message.from) })), h('span', { dir: 'auto' }, preview(message, this.texts))), stop);
    this.text.focus();
  }
}
