/** Questions from one pane to another over a channel, each with an answer or a time limit. */

import { ChatError } from '../core/chat.js';
import { newKey } from '../core/clock.js';

const MILLISECONDS = 10_000;
// A file takes as long as it takes; the holder has a limit of its own.
const SEND_MILLISECONDS = 120_000;

export class Asking {
  /** @type {Map<string, (answer: {value?: any, code?: string}) => void>} */
  #open = new Map();

  /** @param {(said: any) => void} tell reaches every other pane */
  constructor(tell) {
    this.tell = tell;
  }

  /**
   * @param {string} verb
   * @param {any[]} values what can be cloned
   * @returns {Promise<any>} throws ChatError
   */
  ask(verb, values) {
    const id = newKey();
    return new Promise((resolve, reject) => {
      const wait = values[0]?.file ? SEND_MILLISECONDS : MILLISECONDS;
      const timer = setTimeout(() => this.take({ id, code: 'timeout' }), wait);
      this.#open.set(id, ({ value, code }) => {
        clearTimeout(timer);
        if (code) reject(new ChatError(code));
        else resolve(value);
      });
      this.tell({ ask: { id, verb, values } });
    });
  }

  /** @param {{id: string}} question @param {Promise<any>} doing */
  answer({ id }, doing) {
    doing.then((value) => this.tell({ answer: { id, value } }), (error) => this.tell({ answer: { id, code: error?.code || 'unknown' } }));
  }

  /** @param {{id: string, value?: any, code?: string}} answer */
  take(answer) {
    this.#open.get(answer.id)?.(answer);
    this.#open.delete(answer.id);
  }
}
