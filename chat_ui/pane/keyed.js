/** A list on the page that changes without losing the focus in it: what stays keeps its element. */

/**
 * @template Item
 * @param {Element} parent
 * @param {Item[]} items
 * @param {object} ways
 * @param {(item: Item) => string} ways.key
 * @param {(item: Item) => HTMLElement} ways.make
 * @param {(element: HTMLElement, item: Item) => void} [ways.update] also after `make`
 */
export function showList(parent, items, { key, make, update }) {
  const had = new Map([...parent.children].map((child) => [/** @type {HTMLElement} */ (child).dataset.key, /** @type {HTMLElement} */ (child)]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const element = had.get(name) ?? make(item);
    element.dataset.key = name;
    had.delete(name);
    update?.(element, item);
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  had.forEach((gone) => gone.remove());
}
