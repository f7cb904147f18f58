/**
 * What an agent does with a case: take, solve, block. Take and solve happen at the helpdesk, and the pane shows what the
 * helpdesk then has. Blocking is asked about first, in a dialogue of our own: a sandboxed frame may not use the browser's.
 *
 * @typedef {import('./agent_service.js').AgentCase} AgentCase
 * @typedef {'take' | 'solve' | 'block'} Action
 */

import { h } from '../core/dom.js';

/**
 * Which actions a case offers.
 *
 * @param {AgentCase | null} shown null: a case that the agent is not in
 * @param {boolean} isUnknown
 * @returns {Action[]}
 */
export function offered(shown, isUnknown) {
  if (isUnknown) return ['take'];
  if (!shown || shown.isSupervisor) return [];
  const isOpen = shown.state === 'open' || shown.state === 'opening';
  const deeds = [isOpen && 'solve', shown.state !== 'closed' && !shown.customer.blockedUntil && 'block'];
  return shown.canWrite === false ? [] : /** @type {Action[]} */ (deeds.filter(Boolean));
}

/** A question with two answers, over everything else. */
export class Question {
  /** @param {import('../core/texts.js').Texts} texts */
  constructor(texts) {
    this.texts = texts;
    this.element = h('dialog', { class: 'question', 'aria-labelledby': 'caseroom-question', 'aria-describedby': 'caseroom-question-why', onclose: () => this.#answer?.(this.element.returnValue === 'yes') });
  }

  /** @type {((isYes: boolean) => void) | undefined} */ #answer;

  /**
   * @param {string} about a stem of texts: its title, its reason `.why`, its button `.yes`
   * @param {Record<string, string>} values
   * @returns {Promise<boolean>}
   */
  ask(about, values) {
    const { texts, element } = this;
    const close = (/** @type {string} */ answer) => () => element.close(answer);
    element.returnValue = 'no';
    element.replaceChildren(
      h('h2', { id: 'caseroom-question' }, texts.t(about, values)),
      h('p', { id: 'caseroom-question-why' }, texts.t(`${about}.why`, values)),
      h('div', { class: 'answers' }, h('button', { type: 'button', class: 'plain', onclick: close('no') }, texts.t('pane.cancel')), h('button', { type: 'button', class: 'danger', onclick: close('yes') }, texts.t(`${about}.yes`, values))),
    );
    const answer = new Promise((resolve) => (this.#answer = resolve));
    element.showModal();
    return answer;
  }
}
