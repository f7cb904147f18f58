// What Tencent's SDK takes for the browser's storage: bundle.js puts it in the place of the global. It forgets everything
// with the page: a shop's storage is the shop's, keeping anything there takes the visitor's consent, and in a frame
// without an origin the real one throws as soon as it is looked at.

/** @type {Map<string, string>} */
const kept = new Map();

export const localStorage = {
  /** @param {string} key */
  getItem: (key) => kept.get(key) ?? null,
  /** @param {string} key @param {string} value */
  setItem: (key, value) => void kept.set(key, String(value)),
  /** @param {string} key */
  removeItem: (key) => void kept.delete(key),
  clear: () => kept.clear(),
};
