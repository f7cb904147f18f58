/** The service's routes for customers, by whichever road the page has: app proxy, allowed origin, or a signed link. */

/** Why a call did not work; `code` is the service's own, or `timeout`, `unreachable`, `not_set_up`. */
export class ServiceError extends Error {
  /** @param {string} code @param {number} [status] @param {number} [retryAfter] seconds */
  constructor(code, status = 0, retryAfter = 0) {
    super(code);
    this.name = 'ServiceError';
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** @typedef {'usersig' | 'createticket' | 'case' | 'case/messages' | 'case/end' | 'case/forget'} Ask */
/** @type {Record<string, (base: string, ask: Ask, connector: string) => string>} */
const ROADS = {
  proxy: (base, ask) => `${base}/${ask}`,
  browser: (base, ask, connector) => (ask === 'createticket' ? `${base}/${connector}/${ask}` : `${base}/${ask}`),
  link: (base, ask) => `${base}/c/${ask}`,
};

/**
 * @param {string} url
 * @param {RequestInit} options
 * @param {object} [how]
 * @param {number} [how.seconds] the time limit
 * @param {typeof globalThis.fetch} [how.fetch]
 * @returns {Promise<any>} the JSON answer; throws ServiceError
 */
export async function call(url, options, { seconds = 15, fetch: get } = {}) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), seconds * 1000);
  try {
    const answer = await (get || fetch)(url, { cache: 'no-store', ...options, signal: limit.signal });
    const body = await answer.json().catch(() => null);
    if (answer.ok && body) return body;
    throw problem(answer, body);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError(limit.signal.aborted ? 'timeout' : 'unreachable');
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Response} answer @param {any} body @returns {ServiceError} */
function problem(answer, body) {
  const code = body?.error?.code || (answer.ok || answer.status === 404 ? 'not_set_up' : 'unreachable');
  return new ServiceError(code, answer.status, Number(answer.headers.get('Retry-After')) || 0);
}

export class CustomerService {
  /**
   * @param {object} options
   * @param {string} options.base the app proxy's path, or the service's URL
   * @param {'proxy' | 'browser' | 'link'} options.road
   * @param {import('./keeper.js').Keeper} options.keeper keeps the visitor token
   * @param {string} [options.connector] whose cases these are, on the browser's road
   * @param {string} [options.code] the signed link's code
   * @param {typeof globalThis.fetch} [options.fetch]
   * @param {number} [options.seconds] the time limit of each call
   * @param {string} [options.usersigURL] where UserSigs come from, if not from the service's own route
   */
  constructor({ base, road, keeper, connector = 'shopify', code = '', fetch: get, seconds = 15, usersigURL = '' }) {
    this.base = base.replace(/\/$/, '');
    this.road = road;
    this.keeper = keeper;
    this.connector = connector;
    this.code = code;
    this.how = { seconds, fetch: get };
    this.usersigURL = usersigURL;
  }

  /** Whether this browser was a visitor before, or needs no token to be known. @returns {boolean} */
  get isKnown() {
    return this.road === 'link' || Boolean(this.keeper.get('token'));
  }

  /** @returns {Promise<import('./types.js').Usersig>} a login ticket; for who has no token, as a new visitor */
  usersig() {
    return this.#ask('usersig', {});
  }

  /**
   * Open a case; who has an open one gets that.
   *
   * @param {{subject: string, desc: string, name: string, email: string, page?: string, locale?: string, preferredAgent?: string}} caseInfo
   * @param {{requestId: string, isNew?: boolean}} which the same requestId opens the same case
   * @returns {Promise<{GroupId: string, caseId: string | null, userID: string, status?: 'pending'}>}
   */
  open(caseInfo, { requestId, isNew = false }) {
    return this.#ask('createticket', { caseInfo, requestId, ...(isNew && { new: true }) });
  }

  /** @returns {Promise<import('./types.js').CaseView | null>} the latest case, null if there is none */
  async latest() {
    try {
      return await this.#ask('case', {});
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'no_case') return null;
      throw error;
    }
  }

  /**
   * @param {{before?: string | null, limit?: number}} [page]
   * @returns {Promise<{messages: import('./types.js').ServiceMessage[], before: string | null}>} oldest first; `before` asks for earlier ones
   */
  messages({ before, limit = 50 } = {}) {
    return this.#ask('case/messages', { limit, ...(before && { before }) });
  }

  /** Leave the chat; the case goes on. @returns {Promise<import('./types.js').CaseView>} */
  end() {
    return this.#ask('case/end', {});
  }

  /** Have everything of this person erased, there and here. */
  async forget() {
    await this.#ask('case/forget', {});
    this.keeper.clear();
  }

  /** @param {Ask} ask @param {Record<string, any>} body @returns {Promise<any>} */
  async #ask(ask, body) {
    const token = this.keeper.get('token');
    const proof = this.road === 'link' ? { code: this.code } : token ? { visitorToken: token } : {};
    const options = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      credentials: /** @type {RequestCredentials} */ (this.road === 'proxy' ? 'same-origin' : 'omit'),
      body: JSON.stringify({ ...body, ...proof }),
    };
    const url = ask === 'usersig' && this.usersigURL ? this.usersigURL : ROADS[this.road](this.base, ask, this.connector);
    const answer = await call(url, options, this.how);
    if (answer.visitorToken) this.keeper.set('token', answer.visitorToken);
    return answer;
  }
}
