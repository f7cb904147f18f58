// Elements of a page, made of what is told: texts are texts, and never become HTML.

/**
 * @param {string} tag name, with classes behind dots
 * @param {Record<string, any>} [properties] `on...` are listeners
 * @param {...(Node | string | null | false)} children
 */
export function h(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  element.classList.add(...classes);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key.includes('-') || key === 'role') element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

/** @param {string} name */
export function face(name) {
  const letters = name.split(/\s+/).map((word) => word[0] ?? '').slice(0, 2).join('').toUpperCase();
  const hue = [...name].reduce((sum, sign) => sum + sign.codePointAt(0), 0) % 360;
  return h('span.face', { ariaHidden: 'true', style: `background: hsl(${hue} 42% 42%)` }, letters);
}

/** @param {number | string} at seconds, or a date in ISO 8601 */
export function when(at) {
  const date = new Date(typeof at === 'number' ? at * 1000 : at);
  return date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
