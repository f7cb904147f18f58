/**
 * What a browser keeps of a customer: the visitor token, a hint of his open case, what he has not sent yet.
 * With consent in localStorage, without it until the tab is closed, and where there is no storage until the page is left.
 */

const PREFIX = 'caseroom:';
// Kept for the tab alone, whatever is allowed.
const OF_THE_TAB = new Set(['open']);

/** @param {'localStorage' | 'sessionStorage'} name @returns {Storage | null} */
function storage(name) {
  try {
    const found = window[name];
    found.getItem(PREFIX);
    return found;
  } catch {
    return null;
  }
}

export class Keeper {
  /**
   * @param {object} [options]
   * @param {string} [options.scope] keeps shops and services on one origin apart
   * @param {() => boolean} [options.mayPersist] whether the visitor allows to be remembered; asked again at every call
   * @param {boolean} [options.memoryOnly] for pages that must leave nothing behind
   */
  constructor({ scope = '', mayPersist = () => false, memoryOnly = false } = {}) {
    this.prefix = PREFIX + (scope ? `${scope}:` : '');
    this.mayPersist = mayPersist;
    this.stores = memoryOnly ? [] : [storage('localStorage'), storage('sessionStorage')];
    /** @type {Map<string, string>} */
    this.memory = new Map();
  }

  /** @param {string} name @returns {any} what was kept under this name, or null */
  get(name) {
    const key = this.prefix + name;
    const text = this.#read(0, key) ?? this.#read(1, key) ?? this.memory.get(key) ?? null;
    try {
      return text === null ? null : JSON.parse(text);
    } catch {
      return null;
    }
  }

  /** Keep a value, in the best place that is allowed. @param {string} name @param {any} value what JSON can hold */
  set(name, value) {
    const key = this.prefix + name;
    const text = JSON.stringify(value);
    this.remove(name);
    if (!OF_THE_TAB.has(name) && this.mayPersist() && this.#write(0, key, text)) return;
    if (!this.#write(1, key, text)) this.memory.set(key, text);
  }

  /** @param {string} name */
  remove(name) {
    const key = this.prefix + name;
    this.memory.delete(key);
    for (const store of this.stores) quietly(() => store?.removeItem(key));
  }

  /** The names under which something is kept. @param {string} [start] @returns {string[]} */
  names(start = '') {
    const keys = [...this.memory.keys()];
    for (const store of this.stores) quietly(() => keys.push(...Object.keys(store || {})));
    const wanted = this.prefix + start;
    return [...new Set(keys.filter((key) => key.startsWith(wanted)).map((key) => key.slice(this.prefix.length)))];
  }

  /** Forget everything. */
  clear() {
    for (const name of this.names()) this.remove(name);
  }

  /** Put what is kept where consent now allows it; call it when the visitor's answer changes. */
  move() {
    for (const name of this.names()) this.set(name, this.get(name));
  }

  /** @param {number} index @param {string} key @returns {string | null} */
  #read(index, key) {
    return quietly(() => this.stores[index]?.getItem(key)) ?? null;
  }

  /** @param {number} index @param {string} key @param {string} text @returns {boolean} */
  #write(index, key, text) {
    return quietly(() => {
      const store = this.stores[index];
      store?.setItem(key, text);
      return Boolean(store);
    }) ?? false;
  }
}

/** A storage may be full, or closed at any moment. @template T @param {() => T} act @returns {T | undefined} */
function quietly(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/**
 * Whether the shop's visitor allows to be remembered, by Shopify's Customer Privacy API; no answer means no.
 * https://shopify.dev/docs/api/customer-privacy
 *
 * @param {string | null} [said] the page's own word, where there is no such API: 'yes' or 'no'
 * @returns {boolean}
 */
export function mayRemember(said) {
  try {
    const privacy = /** @type {any} */ (window).Shopify?.customerPrivacy;
    if (!privacy) return said === 'yes';
    const answer = privacy.preferencesProcessingAllowed();
    return answer === true || answer === 'yes';
  } catch {
    return false;
  }
}
