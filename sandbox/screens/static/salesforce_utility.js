// The pane in the utility bar, as our Lightning component puts it there: a frame without an origin of its own, a code
// that Apex gets, and messages {caseroom: 1, type, ...} in both directions.
import { h } from './elements.js';

const SANDBOX = 'allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads';

export class Utility {
  /**
   * @param {HTMLElement} panel
   * @param {HTMLElement} button in the bar
   * @param {{root: string, agent: string}} about
   * @param {(id: string) => void} openCase
   */
  constructor(panel, button, about, openCase) {
    Object.assign(this, { panel, button, about, openCase, isReady: false, ref: '' });
    button.addEventListener('click', () => this.toggle());
    panel.querySelector('header button').addEventListener('click', () => this.toggle());
    window.addEventListener('message', (event) => event.source === this.frame?.contentWindow && this.hear(event.data));
  }

  toggle() {
    this.button.ariaExpanded = String(!this.panel.toggleAttribute('hidden'));
  }

  async start() {
    const holder = this.panel.lastElementChild;
    try {
      const src = await this.address();
      this.frame = h('iframe', { title: 'Caseroom', src, 'sandbox': SANDBOX, allow: 'autoplay; clipboard-write', referrerPolicy: 'no-referrer' });
      holder.replaceChildren(this.frame);
    } catch (trouble) {
      holder.replaceChildren(h('p', { role: 'alert' }, trouble.message), h('p', {}, h('button', { type: 'button', onclick: () => this.start() }, 'Try again')));
    }
  }

  /** Where the pane opens: the Apex controller's answer. */
  async address() {
    const answer = await fetch(`${this.about.root}/${this.about.agent}/pane`, { method: 'POST' });
    const { address, message } = await answer.json();
    if (!answer.ok) throw new Error(message);
    return address;
  }

  see(ref) {
    this.ref = ref;
    if (this.isReady) this.tell('case', { ref });
  }

  tell(type, facts) {
    this.frame.contentWindow.postMessage({ caseroom: 1, type, ...facts }, '*');
  }

  async hear(said) {
    if (said?.caseroom !== 1) return;
    if (said.type === 'ready') {
      this.isReady = true;
      if (this.ref) this.see(this.ref);
    }
    if (said.type === 'need-code') this.tell('code', { code: new URL(await this.address()).hash.replace('#code=', '') });
    if (said.type === 'open') this.openCase(said.ref);
    if (said.type === 'unread') this.mark(said.count);
  }

  mark(count) {
    this.button.querySelector('span').textContent = count ? `Caseroom (${count > 99 ? '99+' : count})` : 'Caseroom';
    this.button.classList.toggle('is-lit', count > 0);
  }
}
