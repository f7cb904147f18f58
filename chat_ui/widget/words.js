/** Which text tells a customer what went wrong; codes come from the service, the chat cloud, and this browser. */

/** @type {Record<string, string>} */
const TEXTS = {
  timeout: 'slow',
  unreachable: 'unreachable',
  offline: 'offline',
  sdk_unreachable: 'unreachable',
  too_many_requests: 'busy',
  too_fast: 'busy',
  blocked: 'blocked',
  not_set_up: 'not_set_up',
  not_found: 'not_set_up',
  unknown_connector: 'not_set_up',
  origin_not_allowed: 'not_set_up',
  shop_uninstalled: 'not_set_up',
  unknown_shop: 'not_set_up',
  not_built: 'not_set_up',
  token_refused: 'expired',
  not_proven: 'expired',
  link_refused: 'link',
  no_case: 'link',
  signed_out: 'expired',
  invalid_field: 'invalid',
  too_big: 'too_big',
  bad_type: 'bad_type',
  no_file: 'empty_file',
  upload_failed: 'upload',
  muted: 'muted',
  not_member: 'muted',
  refused: 'refused',
};

/** @param {import('../core/texts.js').Texts} texts @param {string} code @returns {string} */
export function troubleText(texts, code) {
  const key = `core.error.${TEXTS[code] || 'unknown'}`;
  return texts.t(texts.has(key) ? key : 'core.error.unreachable');
}
