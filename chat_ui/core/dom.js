/** Elements without markup in strings: what people wrote only ever becomes text. */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Make an element. A property that is a function listens, `true` sets an empty attribute, `false` and null leave it out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any> | null} [props] attributes; `onclick: fn` listens; `data: {..}` sets data attributes
 * @param {...(Node | string | number | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) give(element, name, value);
  element.append(...shown(children));
  return element;
}

/** @param {Element} element @param {string} name @param {any} value */
function give(element, name, value) {
  if (typeof value === 'function') element.addEventListener(name.slice(2), value);
  else if (name === 'data') Object.assign(/** @type {HTMLElement} */ (element).dataset, value);
  else if (name === 'value' && 'value' in element) element.value = value;
  else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? '' : String(value));
}

/** @param {(Node | string | number | null | undefined | false)[]} children @returns {(Node | string)[]} */
function shown(children) {
  return children.filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}

/**
 * A picture of one path, 24 units wide, drawn with the text's colour and unseen by screen readers.
 *
 * @param {string} path
 * @returns {SVGSVGElement}
 */
export function icon(path) {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [name, value] of Object.entries({ viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' })) svg.setAttribute(name, value);
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

/**
 * Text with its addresses as links that open elsewhere and tell nobody where they were clicked.
 *
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/u).map((part, index) => (
    index % 2 ? h('a', { href: part, target: '_blank', rel: 'noopener noreferrer nofollow' }, part) : part
  ));
}

/** An address that may be shown or opened: https, or http of this machine's own stand-ins. @param {string | undefined} url */
export function safeURL(url) {
  try {
    const { protocol, hostname, href } = new URL(url || '');
    const isLoopback = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
    return protocol === 'https:' || protocol === 'blob:' || (protocol === 'http:' && isLoopback) ? href : '';
  } catch {
    return '';
  }
}
