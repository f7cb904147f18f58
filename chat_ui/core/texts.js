/** What people read: texts in their language, times and sizes as they write them, and which way they read. */

const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur', 'ps', 'sd', 'ug', 'yi', 'dv', 'ckb']);
const SHIPPED = ['en', 'zh-CN', 'ja', 'ar'];

// Said when not even the texts can be fetched.
const LAST_RESORT = { 'core.error.unreachable': 'The chat cannot be reached right now.', 'core.retry': 'Try again' };

/**
 * The shipped language that is nearest to a locale; English where none is.
 *
 * @param {string} locale such as 'pt-BR' or 'zh_TW'
 * @returns {string}
 */
export function nearest(locale) {
  const wanted = locale.replace('_', '-').toLowerCase();
  const language = wanted.split('-')[0];
  return SHIPPED.find((tag) => tag.toLowerCase() === wanted) || SHIPPED.find((tag) => tag.toLowerCase().split('-')[0] === language) || 'en';
}

/** Which way a locale is read. @param {string} locale @returns {'rtl' | 'ltr'} */
export function direction(locale) {
  return RIGHT_TO_LEFT.has(locale.replace('_', '-').split('-')[0].toLowerCase()) ? 'rtl' : 'ltr';
}

export class Texts {
  /**
   * @param {string} locale the texts' own, so that words and numbers belong together
   * @param {Record<string, string>} table flat keys such as 'widget.send'
   */
  constructor(locale, table) {
    this.locale = locale;
    this.table = table;
    this.direction = direction(locale);
    this.plural = new Intl.PluralRules(locale);
  }

  /**
   * A text; `{name}` is filled in from values, and `key.one`, `key.other` ... are chosen by `values.count`.
   *
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   * @returns {string} the key itself where there is no such text
   */
  t(key, values = {}) {
    const category = typeof values.count === 'number' ? this.plural.select(values.count) : 'other';
    const text = this.table[`${key}.${category}`] ?? this.table[`${key}.other`] ?? this.table[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? this.number(values[name]) : whole));
  }

  /** @param {string} key @returns {boolean} */
  has(key) {
    return key in this.table;
  }

  /** @param {string | number} value @returns {string} */
  number(value) {
    return typeof value === 'number' ? new Intl.NumberFormat(this.locale).format(value) : value;
  }

  /** The time of day. @param {number} at milliseconds since 1970 */
  time(at) {
    return new Intl.DateTimeFormat(this.locale, { hour: 'numeric', minute: '2-digit' }).format(at);
  }

  /** The day, as a heading over its messages. @param {number} at @param {number} [now] */
  day(at, now = Date.now()) {
    const days = Math.round((startOfDay(at) - startOfDay(now)) / 86_400_000);
    if (days === 0 || days === -1) return new Intl.RelativeTimeFormat(this.locale, { numeric: 'auto' }).format(days, 'day');
    const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric';
    return new Intl.DateTimeFormat(this.locale, { weekday: 'long', day: 'numeric', month: 'long', year }).format(at);
  }

  /** How large a file is. @param {number} bytes */
  size(bytes) {
    const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, 'kilobyte'] : [bytes / 1_000_000, 'megabyte'];
    return new Intl.NumberFormat(this.locale, { style: 'unit', unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
  }
}

/** @param {number} at @returns {number} */
function startOfDay(at) {
  return new Date(at).setHours(0, 0, 0, 0);
}

/**
 * Fetch the texts of the nearest language. Never fails: without a network a few English words remain.
 *
 * @param {string} base where the files are, or a pattern with `{tag}` in it
 * @param {string} locale
 * @param {string} [stem] 'locale' for the widget, 'pane.locale' for the pane
 * @returns {Promise<Texts>}
 */
export async function loadTexts(base, locale, stem = 'locale') {
  const tag = nearest(locale);
  const url = base.includes('{tag}') ? base.replace('{tag}', tag) : `${base.replace(/\/$/, '')}/${stem}.${tag}.json`;
  try {
    const answer = await fetch(url, { credentials: 'omit' });
    if (!answer.ok) throw new Error(String(answer.status));
    return new Texts(tag, await answer.json());
  } catch {
    return new Texts('en', LAST_RESORT);
  }
}
