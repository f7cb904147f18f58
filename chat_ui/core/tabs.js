/**
 * One account may be logged in to the chat cloud from one page only, so of all tabs one leads and the others follow: it
 * holds the line, they hear from it and hand it what they send. Where a browser has no Web Locks or no BroadcastChannel,
 * or hides them from a frame without an origin, every tab leads itself, and the chat cloud says when there is another.
 */

const PREFIX = 'caseroom:';

export class Tabs {
  #release = () => {};
  /** @type {BroadcastChannel | null} */
  #channel = null;
  #quit = new AbortController();
  isLeader = false;

  /**
   * @param {object} options
   * @param {string} options.name the account
   * @param {() => void} options.onLead this tab leads from now on
   * @param {(message: any) => void} options.onHear what another tab tells
   */
  constructor({ name, onLead, onHear }) {
    this.name = PREFIX + name;
    this.onLead = onLead;
    this.onHear = onHear;
  }

  /** Take part; resolves when it is known whether this tab leads. @returns {Promise<void>} */
  async join() {
    try {
      this.#channel = new BroadcastChannel(this.name);
      this.#channel.onmessage = ({ data }) => this.onHear(data);
      await this.#stand();
    } catch {
      this.#lead();
    }
  }

  /** Lead at once if nobody does, else when the leader is gone. */
  async #stand() {
    const locks = navigator.locks;
    if (!locks) throw new Error('no locks');
    const isFree = await new Promise((resolve, reject) => {
      locks.request(this.name, { ifAvailable: true }, (lock) => {
        resolve(Boolean(lock));
        return lock ? this.#hold() : undefined;
      }).catch(reject);
    });
    if (!isFree) locks.request(this.name, { signal: this.#quit.signal }, () => this.#hold()).catch(() => {});
  }

  /** @returns {Promise<void>} as long as this tab leads */
  #hold() {
    if (this.#quit.signal.aborted) return Promise.resolve();
    return new Promise((release) => {
      this.#release = () => release(undefined);
      this.#lead();
    });
  }

  #lead() {
    if (this.isLeader) return;
    this.isLeader = true;
    this.onLead();
  }

  /** Tell the other tabs something that can be cloned. @param {any} message */
  tell(message) {
    this.#channel?.postMessage(message);
  }

  /** Leave; another tab may lead now. */
  leave() {
    this.#quit.abort();
    this.isLeader = false;
    this.#channel?.close();
    this.#channel = null;
    this.#release();
  }
}
