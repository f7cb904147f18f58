/**
 * The agent's session: opened by a code that serves once, renewed before its token ends, opened again by a new code from
 * the page around when it is lost. The token stays in memory; what the agent has typed is not touched by any of it.
 *
 * @typedef {import('./agent_service.js').AgentSession} AgentSession
 */

import { ServiceError } from '../core/service.js';

const ENDED = new Set(['token_refused', 'not_proven', 'code_refused']);
const CODE_MILLISECONDS = 15_000;
const AGAIN_MILLISECONDS = 5_000;
const SOONEST_MILLISECONDS = 5_000;
const LATEST_MILLISECONDS = 10 * 60_000;

export class Session {
  /** @type {AgentSession | undefined} */ now;
  /** @type {unknown} why no session is to be had; null while there is one */ #lost = null;
  /** @type {Promise<AgentSession> | undefined} */ #regaining;
  /** @type {((code: string) => void) | undefined} */ #onCode;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /**
   * @param {object} ways
   * @param {import('./agent_service.js').AgentService} ways.service
   * @param {() => boolean} ways.askForCode asks whoever is around for a code; false where nobody is
   * @param {(session: AgentSession) => void} ways.onOpen with each new token and UserSig
   * @param {(trouble: unknown) => void} ways.onLost nothing more is to be had without the agent
   */
  constructor(ways) {
    this.ways = ways;
  }

  /** @param {string} code from the page; empty: the page around is asked for one */
  async open(code) {
    const session = code ? await this.ways.service.session(code) : await this.#ask();
    return this.#have(session);
  }

  /**
   * Ask the service, with a new session where the old one has ended meanwhile.
   *
   * @template T
   * @param {() => Promise<T>} question
   * @returns {Promise<T>}
   */
  async with(question) {
    // Once it is lost, only the agent's wish has it asked for again: nobody around is asked without end.
    if (this.#lost) throw this.#lost;
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof ServiceError && ENDED.has(error.code))) throw error;
      await this.regain();
      return question();
    }
  }

  /** A new session, by a code from the page around; one at a time. */
  regain() {
    clearTimeout(this.#timer);
    this.#regaining ??= this.#ask()
      .then((session) => this.#have(session))
      .catch((error) => {
        this.#lost = error;
        this.ways.onLost(error);
        throw error;
      })
      .finally(() => (this.#regaining = undefined));
    return this.#regaining;
  }

  /** @param {string} code that has come from the page around */
  hear(code) {
    this.#onCode?.(code);
  }

  async #ask() {
    const code = await new Promise((resolve, reject) => {
      const refuse = () => reject(new ServiceError('no_code', 401));
      this.#onCode = resolve;
      if (!this.ways.askForCode()) refuse();
      setTimeout(refuse, CODE_MILLISECONDS);
    });
    return this.ways.service.session(code);
  }

  /** @param {AgentSession} session */
  #have(session) {
    this.now = session;
    this.#lost = null;
    this.#renewIn(untilRenewal(session, Date.now()));
    this.ways.onOpen(session);
    return session;
  }

  /** @param {number} milliseconds */
  #renewIn(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#renew(), milliseconds);
  }

  /** A new token and UserSig now; where the old one does not serve for it, by a new code. */
  async renew() {
    if (this.#lost) throw this.#lost;
    try {
      return this.#have(await this.ways.service.renew());
    } catch (error) {
      if (error instanceof ServiceError && [401, 403].includes(error.status)) return this.regain();
      throw error;
    }
  }

  async #renew() {
    this.#renewIn(AGAIN_MILLISECONDS);
    await this.renew().catch(() => {});
  }
}

/**
 * When to renew: after two thirds of what is left, soon where a clock is wrong, and often enough in any case.
 *
 * @param {{expiresAt: number}} session
 * @param {number} now milliseconds
 */
export function untilRenewal({ expiresAt }, now) {
  const left = expiresAt * 1000 - now;
  return Math.min(LATEST_MILLISECONDS, Math.max(SOONEST_MILLISECONDS, (left * 2) / 3));
}
