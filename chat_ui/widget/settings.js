/** What the page says, read and checked in one place. */

/**
 * @typedef {object} Settings
 * @property {string} base the app proxy's path, or the service's URL
 * @property {'proxy' | 'browser' | 'link'} road
 * @property {string} connector
 * @property {string} code of a signed link
 * @property {string} sdk URL of the module with the chat SDK
 * @property {number} sdkAppID 0: the service tells
 * @property {string} usersigURL '': the service's own route
 * @property {string} locale
 * @property {string} localeBase
 * @property {string} logo
 * @property {string} line1
 * @property {string} line2
 * @property {string} accent
 * @property {boolean} hasForm whether name and e-mail are asked for
 * @property {string} agent preferred
 * @property {string} policy URL
 * @property {boolean} isSignedIn
 * @property {string} name of a signed-in customer, as the page knows it
 * @property {string} email the same
 * @property {number} idleMinutes 0: never
 * @property {number} seconds our own limit on connecting
 * @property {string[]} missing names of attributes without which nothing works
 */

const ROADS = ['proxy', 'browser', 'link'];
const IDLE_MINUTES = 30;
const CONNECT_SECONDS = 15;

/** @param {DOMStringMap} data the element's data attributes @returns {Settings} */
export function readSettings(data) {
  const base = (data.base || '').replace(/\/$/, '');
  const road = /** @type {Settings['road']} */ (ROADS.includes(data.road || '') ? data.road : base.startsWith('/') ? 'proxy' : 'browser');
  const connector = data.connector || (road === 'proxy' ? 'shopify' : '');
  const missing = [!base && road !== 'link' && 'data-base', road === 'browser' && !connector && 'data-connector'];
  return {
    base,
    road,
    connector,
    code: data.code || '',
    sdk: data.sdk || `${base}/ui/sdk.js`,
    sdkAppID: Number(data.sdkAppId) || 0,
    usersigURL: data.usersigUrl || '',
    locale: data.locale || document.documentElement.lang || navigator.language || 'en',
    localeBase: data.localeBase || `${base}/ui`,
    logo: data.logo || '',
    line1: data.line1 || '',
    line2: data.line2 || '',
    accent: data.accent || '',
    hasForm: data.form !== 'false',
    agent: data.agent || '',
    policy: data.policy || '',
    isSignedIn: data.signedIn === 'true',
    name: data.name || '',
    email: data.email || '',
    idleMinutes: number(data.idleMinutes, IDLE_MINUTES),
    seconds: number(data.seconds, CONNECT_SECONDS),
    missing: missing.filter((name) => typeof name === 'string'),
  };
}

/** @param {string | undefined} text @param {number} otherwise @returns {number} */
function number(text, otherwise) {
  const value = text ? Number(text) : NaN;
  return Number.isFinite(value) && value >= 0 ? value : otherwise;
}
