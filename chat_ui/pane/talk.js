/** The conversation in view, what the agent writes in it, and a word in its place where there is none. */

import { h, icon } from '../core/dom.js';
import { preview } from '../widget/bubble.js';
import { Composer } from '../widget/composer.js';
import { Thread } from '../widget/thread.js';
import { wordsOf } from './errors.js';
import { ICONS } from './icons.js';
import { filledIn, Replies } from './replies.js';
import { Source } from './source.js';

export class Talk {
  #ref = '';
  #last = '';

  /**
   * @param {object} ways
   * @param {import('../core/texts.js').Texts} ways.texts
   * @param {import('./desk.js').Desk} ways.desk
   * @param {(words: string) => void} ways.onTrouble
   */
  constructor({ texts, desk, onTrouble }) {
    this.texts = texts;
    this.desk = desk;
    this.source = new Source(desk, texts);
    this.thread = new Thread(/** @type {any} */ (this.source), texts, { quote: (message) => this.composer.quote(message), again: (key) => void desk.inView?.retry(key), drop: (key) => desk.inView?.drop(key), show: (seq) => this.thread.show(seq) });
    this.composer = new Composer(/** @type {any} */ (this.source), texts, (account) => this.thread.name(account), onTrouble);
    this.replies = new Replies({ texts, load: () => desk.ask(() => desk.ways.service.replies()), onChoose: (reply) => this.#reply(reply), onClose: () => this.composer.text.focus() });
    this.notice = h('div', { class: 'notice' });
    this.reader = h('p', { class: 'reader' });
    this.spoken = h('p', { class: 'hidden', role: 'status' });
    this.foot = h('div', { class: 'foot' }, this.replies.element, this.composer.element, this.reader);
    this.element = h('section', { class: 'talk', 'aria-label': texts.t('pane.talk') }, this.notice, this.thread.element, this.foot, this.spoken);
    this.#listen();
  }

  /** A way to the canned replies beside the composer's other tools, and by a slash in an empty text. */
  #listen() {
    const name = this.texts.t('pane.replies');
    const button = h('button', { type: 'button', class: 'tool', 'aria-label': name, title: `${name} (/)`, 'aria-haspopup': 'listbox', onclick: () => this.replies.open() }, icon(ICONS.replies));
    this.composer.text.before(button);
    this.composer.text.addEventListener('keydown', (event) => {
      if (event.key !== '/' || this.composer.text.value || event.isComposing) return;
      event.preventDefault();
      this.replies.open();
    });
    this.composer.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.composer.closeEmoji()) event.stopPropagation();
    });
    for (const name of ['dragover', 'drop']) this.element.addEventListener(name, (event) => event.preventDefault());
    this.element.addEventListener('drop', (event) => this.desk.inView?.canWrite && this.composer.sendFiles([...(event.dataTransfer?.files || [])]));
  }

  /** @param {import('./agent_service.js').Reply} reply */
  #reply({ text }) {
    const field = this.composer.text;
    field.focus();
    field.setRangeText(filledIn(text, this.desk.inView?.facts?.customer ?? { name: '' }), field.selectionStart, field.selectionEnd, 'end');
    field.dispatchEvent(new Event('input'));
  }

  show() {
    const one = this.desk.inView;
    const isNew = this.desk.ref !== this.#ref;
    if (isNew) this.#switch();
    const words = this.#wordsInstead();
    this.#say(words, one?.trouble ?? '');
    this.thread.element.hidden = Boolean(words);
    this.#foot();
    this.thread.update();
    if (isNew) this.thread.toEnd();
    this.#announce(isNew);
  }

  /** Another case: what was typed in the one before stays with it. */
  #switch() {
    this.#ref = this.desk.ref;
    this.composer.quote(null);
    this.composer.text.value = this.desk.inView?.text ?? '';
    this.composer.fit();
    if (this.replies.isOpen) this.replies.close();
  }

  /** @returns {string} what is said in place of a conversation; '' where there is one */
  #wordsInstead() {
    const { texts, desk } = this;
    const one = desk.inView;
    if (!one) return texts.t('pane.cases.choose');
    if (one.trouble) return one.trouble === 'no_case' && one.hadFacts ? texts.t('pane.error.gone') : wordsOf(texts, one.trouble);
    if (!one.isLoaded) return texts.t('pane.loading');
    return one.talk.messages.length ? '' : texts.t('pane.silent');
  }

  /** @param {string} words @param {string} trouble */
  #say(words, trouble) {
    this.notice.hidden = !words;
    if (this.notice.dataset.words === words) return;
    this.notice.dataset.words = words;
    this.notice.setAttribute('role', trouble ? 'alert' : 'status');
    const again = trouble && trouble !== 'no_case' && h('button', { type: 'button', class: 'plain', onclick: () => void this.desk.inView?.load() }, this.texts.t('core.retry'));
    this.notice.replaceChildren(...(words ? [icon(ICONS.replies), h('p', null, words), again || ''] : []));
  }

  /** Who may write does, who may not is told why. */
  #foot() {
    const one = this.desk.inView;
    const facts = one?.facts;
    const canWrite = Boolean(one?.canWrite);
    this.composer.element.hidden = !canWrite;
    this.reader.hidden = canWrite || !facts;
    if (!facts) return;
    const why = facts.isSupervisor ? 'supervisor' : facts.state === 'closed' ? 'closed' : 'other';
    this.reader.textContent = this.texts.t(`pane.reader.${why}`);
  }

  /** Read aloud what others have just said in the case in view. @param {boolean} isNew */
  #announce(isNew) {
    const last = this.desk.inView?.talk.messages.filter(({ flow, kind, seq }) => flow === 'in' && kind !== 'line' && seq).pop();
    const id = last ? `${last.group}:${last.seq}` : '';
    if (id === this.#last) return;
    this.#last = id;
    this.spoken.textContent = '';
    if (last && !isNew && Date.now() - last.at < 60_000) this.spoken.textContent = `${this.thread.name(last.from)}: ${preview(last, this.texts)}`;
  }

  /** Put the focus where one goes on: into the text, or to what there is to read. */
  focus() {
    const place = this.desk.inView?.canWrite ? this.composer.text : this.thread.element;
    (place.checkVisibility() ? place : this.notice.querySelector('button'))?.focus();
  }
}
