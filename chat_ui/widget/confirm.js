/** A question that wants an answer before anything else. */

import { h } from '../core/dom.js';

/**
 * @param {HTMLElement} panel lies still until there is an answer
 * @param {import('../core/texts.js').Texts} texts
 * @param {string} what 'end' or 'forget'
 * @returns {Promise<boolean>}
 */
export function confirmed(panel, texts, what) {
  const others = /** @type {HTMLElement[]} */ ([...panel.children]);
  return new Promise((resolve) => {
    /** @param {boolean} yes */
    const answer = (yes) => {
      box.remove();
      others.forEach((element) => { element.inert = false; });
      resolve(yes);
    };
    const no = h('button', { class: 'plain', type: 'button', onclick: () => answer(false) }, texts.t('widget.cancel'));
    const yes = h('button', { class: what === 'forget' ? 'main danger' : 'main', type: 'button', onclick: () => answer(true) }, texts.t(`widget.${what}.yes`));
    const box = h('div', { class: 'confirm', role: 'alertdialog', 'aria-modal': 'true', 'aria-labelledby': 'caseroom-asked', 'aria-describedby': 'caseroom-told' },
      h('div', null, h('h3', { id: 'caseroom-asked' }, texts.t(`widget.${what}`)), h('p', { id: 'caseroom-told' }, texts.t(`widget.${what}.what`)), h('div', { class: 'row' }, no, yes)));
    box.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      answer(false);
    });
    others.forEach((element) => { element.inert = true; });
    panel.append(box);
    no.focus();
  });
}
