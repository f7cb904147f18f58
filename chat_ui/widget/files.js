/** What may be sent as a file; the chat cloud's own limits, told before a byte goes out. */

const MEGABYTE = 1_000_000;
/** https://www.tencentcloud.com/document/product/1047/34381 */
export const LIMITS = { image: 20 * MEGABYTE, file: 100 * MEGABYTE };
const IMAGES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/bmp', 'image/webp']);

/** @param {File} file @returns {'image' | 'file'} how it is sent */
export function kindOf(file) {
  return IMAGES.has(file.type) ? 'image' : 'file';
}

/**
 * @param {File} file
 * @param {import('../core/texts.js').Texts} texts
 * @returns {string} what is wrong with it, '' if nothing is
 */
export function refusal(file, texts) {
  const limit = LIMITS[kindOf(file)];
  if (!file.size) return texts.t('widget.file.empty', { name: file.name });
  if (file.size > limit) return texts.t('widget.file.too_big', { name: file.name, size: texts.size(file.size), limit: texts.size(limit) });
  return '';
}
