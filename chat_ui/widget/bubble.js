/** One message as it is shown. */

import { h, icon, linked } from '../core/dom.js';
import { ICONS } from './icons.js';
import { troubleText } from './words.js';

const LARGEST = { width: 240, height: 260 };

/**
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {object} Around what a message's looks depend on besides itself
 * @property {string} name of who said it
 * @property {boolean} isFirst of several by the same person
 * @property {boolean} isLast
 * @property {string} state '' or 'sent' or 'read', under one's own last message
 * @property {string} quoted name of who is quoted
 * @property {boolean} canQuote
 * @property {string[]} who names for a line
 * @property {string} role of the sender, where the looks depend on it; otherwise ''
 *
 * @typedef {object} Acts what can be done with a message
 * @property {(message: Message) => void} quote
 * @property {(key: string) => void} again
 * @property {(key: string) => void} drop
 * @property {(seq: number) => void} show
 *
 * @param {Message} message
 * @param {Around} around
 * @param {import('../core/texts.js').Texts} texts
 * @param {Acts} acts
 * @returns {HTMLLIElement}
 */
export function bubble(message, around, texts, acts) {
  if (message.kind === 'line') return h('li', { class: 'line', data: { seq: message.seq } }, texts.t(`core.line.${message.line}`, { name: around.who.join(', ') }));
  const classes = ['said', message.flow, around.role, around.isFirst && 'first', around.isLast && 'last', message.status].filter(Boolean).join(' ');
  return h('li', { class: classes, data: { seq: message.seq, key: message.key } },
    heading(message, around, texts),
    h('div', { class: 'row' }, h('div', { class: `body ${message.kind}` }, quote(message, around, acts), ...content(message, texts)), around.canQuote && quoteButton(message, texts, acts)),
    footing(message, around, texts, acts));
}

/** @param {Message} message @param {Around} around @param {import('../core/texts.js').Texts} texts */
function heading(message, around, texts) {
  const time = h('time', { datetime: new Date(message.at).toISOString() }, texts.time(message.at));
  const name = message.flow === 'out' ? texts.t('widget.you') : around.name;
  if (!around.isFirst) return h('span', { class: 'hidden' }, `${name}, `, time);
  return h('p', { class: 'meta' }, h('b', { class: message.flow === 'out' ? 'hidden' : '' }, name), ' ', time);
}

/** @param {Message} message @param {Around} around @param {Acts} acts */
function quote(message, around, acts) {
  const quoted = message.quote;
  if (!quoted) return null;
  return h('button', { class: 'quoted', type: 'button', onclick: () => acts.show(quoted.seq) }, h('b', null, around.quoted), h('span', { dir: 'auto' }, quoted.text));
}

/** @type {Record<string, (message: Message, texts: import('../core/texts.js').Texts) => (Node | null)[]>} */
const CONTENT = {
  text: (message) => [words(message.text)],
  image: (message, texts) => [picture(message, texts), message.text ? words(message.text) : null],
  file: (message, texts) => [download(message, texts), message.text ? words(message.text) : null],
  unknown: (_, texts) => [h('p', { class: 'soft' }, texts.t('core.unknown'))],
};

/** @param {Message} message @param {import('../core/texts.js').Texts} texts */
function content(message, texts) {
  return (CONTENT[message.kind] || CONTENT.unknown)(message, texts);
}

/** @param {string | undefined} text */
function words(text = '') {
  return h('p', { class: /^\p{Extended_Pictographic}{1,3}$/u.test(text.trim()) ? 'words big' : 'words', dir: 'auto' }, ...linked(text));
}

/** A picture with its place kept, so that nothing moves when it arrives. @param {Message} message @param {import('../core/texts.js').Texts} texts */
function picture(message, texts) {
  const { width = 0, height = 0 } = message;
  const part = width && height ? Math.min(1, LARGEST.width / width, LARGEST.height / height) : 0;
  const size = part ? { width: Math.round(width * part), height: Math.round(height * part) } : { width: 200, height: 150 };
  const shown = h('img', { src: message.thumb || message.url, alt: texts.t('widget.image', { name: message.name || '' }).trim(), loading: 'lazy', ...size });
  return message.url && message.status === 'sent' ? h('a', { href: message.url, target: '_blank', rel: 'noopener noreferrer' }, shown) : shown;
}

/** @param {Message} message @param {import('../core/texts.js').Texts} texts */
function download(message, texts) {
  const name = message.name || texts.t('widget.file');
  const inside = [icon(ICONS.file), h('span', null, h('b', { dir: 'auto' }, name), message.size ? h('small', null, texts.size(message.size)) : null)];
  return message.url ? h('a', { class: 'attached', href: message.url, target: '_blank', rel: 'noopener noreferrer', download: name }, ...inside) : h('span', { class: 'attached' }, ...inside);
}

/** @param {Message} message @param {import('../core/texts.js').Texts} texts @param {Acts} acts */
function quoteButton(message, texts, acts) {
  return h('button', { class: 'tool answer', type: 'button', 'aria-label': texts.t('widget.quote', { text: preview(message, texts) }), onclick: () => acts.quote(message) }, icon(ICONS.quote));
}

/** @param {Message} message @param {Around} around @param {import('../core/texts.js').Texts} texts @param {Acts} acts */
function footing(message, around, texts, acts) {
  if (message.status === 'failed') {
    return h('p', { class: 'state bad' }, icon(ICONS.warning), h('span', null, troubleText(texts, message.why || '')), ' ',
      h('button', { class: 'link', type: 'button', onclick: () => acts.again(message.key) }, texts.t('core.retry')), ' ',
      h('button', { class: 'link', type: 'button', onclick: () => acts.drop(message.key) }, texts.t('widget.drop')));
  }
  if (message.status === 'sending') {
    const part = Math.round((message.progress || 0) * 100);
    return h('p', { class: 'state' }, icon(ICONS.clock), message.progress && part < 100 ? texts.t('widget.uploading', { part }) : texts.t('widget.sending'));
  }
  return around.state ? h('p', { class: 'state' }, icon(around.state === 'read' ? ICONS.ticks : ICONS.tick), texts.t(`widget.state.${around.state}`)) : null;
}

/** What a message is about, in a few words. @param {Message} message @param {import('../core/texts.js').Texts} texts @returns {string} */
export function preview(message, texts) {
  const text = message.text || message.name || texts.t(message.kind === 'image' ? 'widget.image' : message.kind === 'file' ? 'widget.file' : 'core.unknown', { name: '' });
  return text.trim().slice(0, 120);
}
