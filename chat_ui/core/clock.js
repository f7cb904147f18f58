/** Waiting: with a limit, with a pause that grows, and by chance a little more or less. */

/**
 * A limit that several steps share.
 *
 * @param {number} seconds
 * @param {() => Error} late what is thrown when they are over
 * @returns {{race: <T>(step: Promise<T>) => Promise<T>, stop: () => void}}
 */
export function timeLimit(seconds, late) {
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  const over = new Promise((_, reject) => { timer = setTimeout(() => reject(late()), seconds * 1000); });
  over.catch(() => {});
  return { race: (step) => Promise.race([step, /** @type {Promise<never>} */ (over)]), stop: () => clearTimeout(timer) };
}

/**
 * How long to wait before the n-th new try: twice as long each time up to a minute, and between half and all of it by
 * chance, so that many browsers don't come back in the same instant.
 *
 * @param {number} tries how many have failed
 * @param {() => number} [random] 0 to 1
 * @returns {number} milliseconds
 */
export function pause(tries, random = Math.random) {
  const longest = Math.min(60_000, 1000 * 2 ** Math.min(tries, 10));
  return longest * (0.5 + random() / 2);
}

/** A key that nobody has used before. @returns {string} */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
