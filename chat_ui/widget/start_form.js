/** What a visitor fills in to begin: name, e-mail and a question, or the question alone. */

import { h } from '../core/dom.js';
import { troubleText } from './words.js';

const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;
const LONGEST_QUESTION = 4000;

/** @typedef {{session: import('./session.js').Session, texts: import('../core/texts.js').Texts}} Context */

/**
 * @param {Context} context
 * @returns {HTMLElement}
 */
export function startForm({ session, texts }) {
  const { settings, keeper } = session;
  const known = { ...keeper.get('person'), ...keeper.get('asking')?.asked };
  const person = { name: settings.name || known.name || '', email: settings.email || known.email || '' };
  const asksWho = settings.hasForm && !settings.isSignedIn && !keeper.get('person');
  const name = asksWho ? field(texts, 'name', { autocomplete: 'name', value: person.name, maxlength: 200 }) : null;
  const email = asksWho ? field(texts, 'email', { type: 'email', autocomplete: 'email', inputmode: 'email', value: person.email, maxlength: 254 }) : null;
  const question = field(texts, 'question', { rows: 4, value: known.question || '', maxlength: LONGEST_QUESTION }, 'textarea');
  const fields = [name, email, question].filter((each) => each !== null);
  const form = h('form', { class: 'start', novalidate: true },
    h('h3', null, texts.t(greeting(session))),
    h('p', { class: 'soft' }, texts.t('widget.start.lead')),
    notice(session, texts),
    ...fields.map((each) => each.box),
    h('button', { class: 'main', type: 'submit' }, texts.t('widget.start.send')),
    consent(settings.policy, texts));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const isWrong = [name && require(name, texts), email && requireEmail(email, texts), require(question, texts)].filter(Boolean);
    const first = fields.find((each) => each.input.getAttribute('aria-invalid') === 'true');
    if (isWrong.length && first) return first.input.focus();
    return void session.ask({ name: name?.input.value.trim() ?? person.name, email: email?.input.value.trim() ?? person.email, question: question.input.value.trim() });
  });
  return form;
}

/** @param {import('./session.js').Session} session @returns {string} */
function greeting(session) {
  return session.trouble === 'forgotten' ? 'widget.start.again' : 'widget.start.title';
}

/** @param {import('./session.js').Session} session @param {import('../core/texts.js').Texts} texts */
function notice(session, texts) {
  if (!session.trouble) return null;
  if (session.trouble === 'forgotten') return h('p', { class: 'notice', role: 'status' }, texts.t('widget.forgotten'));
  return h('p', { class: 'notice bad', role: 'alert' }, troubleText(texts, session.trouble));
}

/** @typedef {{box: HTMLElement, input: HTMLInputElement | HTMLTextAreaElement, error: HTMLElement}} Field */

/**
 * @param {import('../core/texts.js').Texts} texts
 * @param {string} what
 * @param {Record<string, any>} props
 * @param {'input' | 'textarea'} [tag]
 * @returns {Field}
 */
function field(texts, what, props, tag = 'input') {
  const id = `caseroom-${what}`;
  const error = h('p', { class: 'wrong', id: `${id}-error`, hidden: true });
  const input = h(tag, { id, name: what, required: true, 'aria-describedby': error.id, ...props });
  return { input, error, box: h('div', { class: 'field' }, h('label', { for: id }, texts.t(`widget.start.${what}`)), input, error) };
}

/** @param {Field} field @param {string} text '' if it is right @returns {boolean} whether it is wrong */
function mark({ input, error }, text) {
  error.textContent = text;
  error.hidden = !text;
  if (text) input.setAttribute('aria-invalid', 'true');
  else input.removeAttribute('aria-invalid');
  return Boolean(text);
}

/** @param {Field} field @param {import('../core/texts.js').Texts} texts */
function require(field, texts) {
  return mark(field, field.input.value.trim() ? '' : texts.t(`widget.start.${field.input.name}.missing`));
}

/** @param {Field} field @param {import('../core/texts.js').Texts} texts */
function requireEmail(field, texts) {
  return mark(field, EMAIL.test(field.input.value.trim()) ? '' : texts.t('widget.start.email.wrong'));
}

/** @param {string} policy URL @param {import('../core/texts.js').Texts} texts */
function consent(policy, texts) {
  const [before, after = ''] = texts.t('widget.consent').split('{policy}');
  const link = policy ? h('a', { href: policy, target: '_blank', rel: 'noopener' }, texts.t('widget.consent.policy')) : texts.t('widget.consent.policy');
  return h('p', { class: 'consent' }, before, link, after);
}
