/** Colours that can be read, whatever accent a shop has chosen (WCAG 2.2, 1.4.3). */

const ACCENT = '#0e5c4a';
const READABLE = 4.5;

/** @typedef {[number, number, number]} RGB */

/** @param {string} text '#rrggbb' or '#rgb' @returns {RGB | null} */
function parse(text) {
  const hex = text.replace(/^#([\da-f])([\da-f])([\da-f])$/i, '#$1$1$2$2$3$3');
  if (!/^#[\da-f]{6}$/i.test(hex)) return null;
  return [parseInt(hex.slice(1, 3), 16), parseInt(hex.slice(3, 5), 16), parseInt(hex.slice(5, 7), 16)];
}

/** @param {RGB} colour @returns {number} */
function luminance(colour) {
  const [red, green, blue] = colour.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {RGB} one @param {RGB} other @returns {number} 1 to 21 */
export function contrast(one, other) {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

/** @param {RGB} colour @param {RGB} other @param {number} part 0 to 1 @returns {RGB} */
function mixed(colour, other, part) {
  return /** @type {RGB} */ (colour.map((value, index) => Math.round(value * (1 - part) + other[index] * part)));
}

/** @param {RGB} colour @returns {string} */
function hex(colour) {
  return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * The shop's accent, what is written on it, and its darker sister for words and lines on white.
 *
 * @param {string} accent '#rrggbb'; anything else gives ours
 * @returns {{accent: string, on: string, ink: string, tint: string}}
 */
export function colours(accent) {
  const colour = parse(accent) || /** @type {RGB} */ (parse(ACCENT));
  const [white, black] = /** @type {RGB[]} */ ([[255, 255, 255], [0, 0, 0]]);
  const tint = mixed(white, colour, 0.1);
  let ink = colour;
  while (contrast(ink, tint) < READABLE) ink = mixed(ink, black, 0.08);
  return { accent: hex(colour), on: hex(contrast(colour, white) >= contrast(colour, black) ? white : black), ink: hex(ink), tint: hex(tint) };
}
