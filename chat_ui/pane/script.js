/** Loads a classic script of somebody else's; where it cannot be had, one does without. */

const PATIENCE = 6_000;

/**
 * @param {Document} page
 * @param {string} url
 * @returns {Promise<void>} when it has run, or will not
 */
export function load(page, url) {
  return new Promise((resolve) => {
    const script = page.createElement('script');
    script.src = url;
    script.onload = script.onerror = () => resolve();
    setTimeout(resolve, PATIENCE);
    page.head.append(script);
  });
}
