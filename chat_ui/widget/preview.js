/** What a merchant sees in the theme editor: a conversation that never was, and no network. */

import { Keeper } from '../core/keeper.js';
import { Session } from './session.js';

const ME = 'v_preview';
const AGENT = 'preview_agent';
const GROUP = 'preview';

/** Stands where the service would be. */
const NOBODY = /** @type {any} */ ({ road: 'proxy', isKnown: false });

export class PreviewSession extends Session {
  /** @param {import('./settings.js').Settings} settings @param {import('../core/texts.js').Texts} texts @param {() => void} onChange */
  constructor(settings, texts, onChange) {
    super({ service: NOBODY, keeper: new Keeper({ memoryOnly: true }), settings, loadSdk: () => Promise.reject(new Error('preview')), onChange });
    this.texts = texts;
  }

  async begin() {
    const now = Date.now();
    this.net = 'online';
    this.apply({ type: 'opened', me: ME, group: GROUP });
    this.apply({ type: 'members', members: [{ id: ME, name: '' }, { id: AGENT, name: this.texts.t('widget.preview.agent') }] });
    this.question = { text: this.texts.t('widget.preview.question'), at: now - 180_000, group: GROUP };
    this.apply({ type: 'heard', messages: [this.#answer(1, now - 120_000, 'widget.preview.answer'), this.#answer(2, now - 60_000, 'widget.preview.more')] });
    this.show('talking');
  }

  /** @param {number} seq @param {number} at @param {string} key @returns {import('../core/types.js').Message} */
  #answer(seq, at, key) {
    return { id: key, key: '', group: GROUP, seq, from: AGENT, nick: this.texts.t('widget.preview.agent'), at, kind: 'text', text: this.texts.t(key), flow: 'in', status: 'sent' };
  }

  /** @param {import('../core/types.js').Draft} draft */
  say(draft) {
    const seq = Math.max(...this.conversation.messages.map((message) => message.seq)) + 1;
    this.apply({ type: 'heard', messages: [{ id: draft.key, key: draft.key, group: GROUP, seq, from: ME, nick: '', at: draft.at, kind: 'text', text: draft.text || draft.file?.name, flow: 'out', status: 'sent', quote: draft.quote }] });
  }

  read() {}

  typing() {}

  async end() {}

  async forget() {}
}
