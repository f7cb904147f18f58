/**
 * What is around the pane: Zendesk, a page of Salesforce, or nothing. It tells which case the agent has before him, may
 * have a new code, shows the count of unread messages, and opens a case at the helpdesk.
 *
 * @typedef {object} Place
 * @property {boolean} isSeen whether the agent can see this frame at all
 * @property {number} waits milliseconds before it stands for holding the line; the frame that is meant to does not wait
 */

import { Parent } from './frames.js';
import { connectZendesk } from './zendesk.js';

const PATIENCE = 6_000;
const AFTER_THE_TOP_BAR = 2_500;
/** @type {Place} */
const ANYWHERE = { isSeen: true, waits: 0 };

export class Surroundings {
  /** @type {import('./zendesk.js').ZendeskPane | undefined} */ zendesk;
  /** @type {Parent | undefined} */ parent;
  /** @type {Promise<Place>} */ #place = Promise.resolve(ANYWHERE);
  #unread = -1;

  /**
   * @param {Window & typeof globalThis} self
   * @param {{onCase: (ref: string, isNews: boolean) => void, onCode: (code: string) => void}} ways
   */
  constructor(self, ways) {
    const client = clientOf(self);
    if (client) this.#place = this.#inZendesk(client, ways);
    else this.parent = new Parent(self, { onCase: (ref) => ways.onCase(ref, false), onCode: ways.onCode });
  }

  /**
   * @param {import('./zendesk.js').ZAFClient} client
   * @param {{onCase: (ref: string, isNews: boolean) => void}} ways
   * @returns {Promise<Place>}
   */
  #inZendesk(client, { onCase }) {
    return new Promise((resolve) => {
      this.zendesk = connectZendesk({
        client,
        onCase: (ref, reason) => ref && onCase(ref, reason !== 'opened'),
        onLocation: ({ isSeen, holdsConnection }) => resolve({ isSeen, waits: holdsConnection ? 0 : AFTER_THE_TOP_BAR }),
      });
      setTimeout(() => resolve(ANYWHERE), PATIENCE);
    });
  }

  /** @returns {Promise<Place>} */
  place() {
    return this.#place;
  }

  get canOpen() {
    return Boolean(this.zendesk || this.parent?.isThere);
  }

  ready() {
    this.parent?.say('ready');
  }

  /** @returns {boolean} whether anybody is there who could have one */
  askForCode() {
    this.parent?.say('need-code');
    return Boolean(this.parent?.isThere);
  }

  /** What the agent has to do himself for a new session, where nobody can be asked. */
  remedy() {
    return this.zendesk?.openAgain() ?? '';
  }

  /** @param {number} count */
  showUnread(count) {
    if (count === this.#unread) return;
    this.#unread = count;
    this.parent?.say('unread', { count });
    void this.zendesk?.showUnread(count);
  }

  /** @param {string} ref */
  open(ref) {
    this.parent?.say('open', { ref });
    void this.zendesk?.openCase(ref);
  }
}

/** Zendesk's client, where its SDK is on the page and the page is in Zendesk. @param {any} self */
function clientOf(self) {
  try {
    return self.ZAFClient?.init() || null;
  } catch {
    return null;
  }
}
