/**
 * What the pane asks of the service: every route for agents, each behind the agent token, which stays in memory.
 *
 * @typedef {{agentToken: string, userID: string, userSig: string, sdkAppID: number, expiresAt: number,
 *   userSigExpiresAt: number}} AgentSession times in Unix seconds
 * @typedef {{userID: string, name: string, email: string, isEmailVerified: boolean, page: string,
 *   shop?: string, locale: string, blockedUntil?: number | null}} Customer
 * @typedef {{userID: string, name: string, isAgent: boolean}} Member
 * @typedef {{ref: string | null, subject: string, state: string, openedAt: number}} PastCase
 * @typedef {{ref: string | null, GroupId: string, connector: string, state: string, subject: string, openedAt: number,
 *   customer: Customer, life?: number, lastSeq?: number, lastAt?: number | null, lastText?: string, lastSender?: string,
 *   desc?: string, canWrite?: boolean, isSupervisor?: boolean, members?: Member[], pastCases?: PastCase[]}} AgentCase
 * @typedef {{GroupId: string, life: number, seq: number, sender: string, sentAt: number, kind: string,
 *   nick?: string, cloudCustomData?: string, body: any[]}} ToldMessage
 * @typedef {{status: 'said' | 'pending', GroupId: string, life: number, seq: number | null, sentAt: number | null}} Said
 * @typedef {{title: string, text: string}} Reply
 */

import { call } from '../core/service.js';

const SECONDS = 15;
// The helpdesk is asked before these are answered.
const ACTION_SECONDS = 25;

export class AgentService {
  #token = '';

  /** @param {{base: string, fetch?: typeof fetch}} ways `base`: the service's address, without a slash at its end */
  constructor({ base, fetch: fetcher = fetch.bind(globalThis) }) {
    this.base = base;
    this.fetch = fetcher;
  }

  /** @param {string} code serves once */
  session(code) {
    return this.#let(this.#ask('/agent/session', { body: { code } }));
  }

  renew() {
    return this.#let(this.#ask('/agent/renew', { body: {} }));
  }

  /** @returns {Promise<AgentCase[]>} the agent's open cases */
  async cases() {
    return (await this.#ask('/agent/cases')).cases;
  }

  /**
   * @param {string} ref
   * @returns {Promise<AgentCase>}
   */
  case(ref) {
    return this.#ask(`/agent/case?ref=${encodeURIComponent(ref)}`);
  }

  /**
   * Part of a conversation, oldest first: what came before a place, or after it.
   *
   * @param {string} ref
   * @param {{before?: string, after?: string, limit?: number}} [part] places are `<life>.<seq>`
   * @returns {Promise<{messages: ToldMessage[], before: string | null}>}
   */
  messages(ref, part = {}) {
    const query = new URLSearchParams(Object.entries(part).map(([name, value]) => [name, String(value)]));
    return this.#ask(`/agent/case/${encodeURIComponent(ref)}/messages?${query}`);
  }

  /**
   * Say something without a line to the chat cloud; the same key twice is one message.
   *
   * @param {string} ref
   * @param {{text: string, key: string}} what
   * @returns {Promise<Said>}
   */
  say(ref, { text, key }) {
    return this.#ask(`/agent/case/${encodeURIComponent(ref)}/messages`, { body: { text, key }, seconds: ACTION_SECONDS });
  }

  /**
   * Do something to the case at the helpdesk, or to its customer.
   *
   * @param {string} ref
   * @param {'take' | 'solve' | 'block'} action
   * @returns {Promise<AgentCase>}
   */
  act(ref, action) {
    return this.#ask(`/agent/case/${encodeURIComponent(ref)}/${action}`, { body: {}, seconds: ACTION_SECONDS });
  }

  /** @returns {Promise<Reply[]>} */
  async replies() {
    return (await this.#ask('/agent/replies')).replies;
  }

  /**
   * @param {Promise<AgentSession>} answer
   * @returns {Promise<AgentSession>}
   */
  async #let(answer) {
    const session = await answer;
    this.#token = session.agentToken;
    return session;
  }

  /**
   * @param {string} path
   * @param {{body?: object, seconds?: number}} [options] with a body it is a POST
   */
  #ask(path, { body, seconds = SECONDS } = {}) {
    /** @type {Record<string, string>} */
    const headers = this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
    if (body) headers['Content-Type'] = 'application/json';
    const method = body ? 'POST' : 'GET';
    return call(this.base + path, { method, headers, credentials: 'omit', body: body && JSON.stringify(body) }, { seconds, fetch: this.fetch });
  }
}
