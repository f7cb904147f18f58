/**
 * What the page tells the pane: where the service is, where the SDK, and the code that opens the session. The code comes
 * in the page's JSON, or in the fragment, and is taken out of the address before anything else.
 *
 * @typedef {object} Config
 * @property {string} code
 * @property {string} base the service's address, without a slash at its end
 * @property {string} sdk address of the SDK's module
 * @property {string} locales where the texts are
 * @property {string} locale
 * @property {string} ref a case to begin with
 * @property {string} zendeskSDK address of Zendesk's SDK for apps, where the page is for Zendesk; otherwise ''
 */

const ELEMENT = 'caseroom-pane';
// https://developer.zendesk.com/documentation/apps/app-developer-guide/using-sdk/
const ZENDESK_SDK = 'https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js';

/**
 * @param {Window} self
 * @returns {Config}
 */
export function readConfig(self) {
  const told = toldBy(self.document);
  const fragment = readFragment(self.location.hash);
  const base = (told.base || new URL('.', self.document.baseURI).origin).replace(/\/$/, '');
  forget(self);
  return {
    code: told.code || fragment.code,
    base,
    sdk: new URL(told.sdk || '/ui/sdk.js', `${base}/`).href,
    locales: new URL(told.locales || '/ui', `${base}/`).href,
    locale: told.locale || fragment.locale || self.navigator.language || 'en',
    ref: told.ref || fragment.ref,
    zendeskSDK: told.connector === 'zendesk' ? told.zendeskSDK || ZENDESK_SDK : '',
  };
}

/** @param {Document} page @returns {Record<string, string>} */
function toldBy(page) {
  try {
    return Object(JSON.parse(page.getElementById(ELEMENT)?.textContent || '{}'));
  } catch {
    return {};
  }
}

/**
 * The bare code, or `code=...&ref=...`.
 *
 * @param {string} hash
 */
export function readFragment(hash) {
  const text = hash.replace(/^#/, '');
  const said = new URLSearchParams(text.includes('=') ? text : { code: text });
  return { code: said.get('code') ?? '', ref: said.get('ref') ?? '', locale: said.get('locale') ?? '' };
}

/** The code serves once, but it need not stand in the address. @param {Window} self */
function forget(self) {
  try {
    if (self.location.hash) self.history.replaceState(null, '', self.location.pathname + self.location.search);
  } catch {
    // A frame may not be allowed to; the code is used up in a moment anyway.
  }
}
