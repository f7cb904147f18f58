/** How the agent wants to be told: sound, title, notification of the desktop. Each can be turned off. */

import { h } from '../core/dom.js';

const ALERTS = /** @type {const} */ (['sound', 'title', 'desktop']);

export class Settings {
  /**
   * @param {import('../core/texts.js').Texts} texts
   * @param {import('./alerts.js').Alerts} alerts
   */
  constructor(texts, alerts) {
    this.texts = texts;
    this.alerts = alerts;
    this.boxes = ALERTS.map((which) => h('input', { type: 'checkbox', checked: alerts.on[which], data: { alert: which }, onchange: () => this.#turn(which) }));
    this.why = h('p', { class: 'soft', role: 'status' });
    const choices = this.boxes.map((box, n) => h('label', null, box, texts.t(`pane.alerts.${ALERTS[n]}`)));
    this.element = h('fieldset', { class: 'alerts' }, h('legend', null, texts.t('pane.alerts')), ...choices, this.why);
  }

  /** @param {typeof ALERTS[number]} which */
  async #turn(which) {
    const box = this.boxes[ALERTS.indexOf(which)];
    const wanted = box.checked;
    box.checked = await this.alerts.turn(which, wanted);
    this.why.textContent = wanted && !box.checked ? this.texts.t('pane.alerts.refused') : '';
  }

  /** @param {Record<typeof ALERTS[number], boolean>} on */
  show(on) {
    ALERTS.forEach((which, n) => (this.boxes[n].checked = on[which]));
  }
}
