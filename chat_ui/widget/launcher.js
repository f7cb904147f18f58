/**
 * The bubble on a page: `<caseroom-chat>`. Until somebody clicks it asks the network for nothing, stores nothing and moves
 * nothing. It is served as one classic script; everything else is loaded by `import()` from where its attributes say.
 */

const NAME = 'caseroom-chat';
const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
const page = /** @type {any} */ (window);
const CHAT = 'M12 3c5 0 9 3.5 9 8s-4 8-9 8l-3-.5L4.500 21l.8-4C4 15.500 3 13.500 3 11c0-4.500 4-8 9-8z';
const CROSS = 'M6 6l12 12M18 6L6 18';
const PLAIN_WORDS = 'Chat with us|Close the chat|unread|The chat cannot be loaded. Please try again.';

// The page's own rules cannot win against these: in a shadow tree `!important` is the stronger one.
const LOOK = `:host{all:initial!important;position:fixed!important;inset:auto 20px 20px auto!important;z-index:2147483000!important;font:16px/1.5 system-ui,sans-serif!important}
:host([hidden]){display:none!important}:host([data-side=left]){inset:auto auto 20px 20px!important}
.bubble{all:unset;position:relative;display:grid;place-items:center;width:60px;height:60px;border-radius:50%;background:var(--accent);color:var(--on);cursor:pointer;box-shadow:0 0 0 1px #fff6,0 6px 24px #0004}
.bubble:focus-visible{outline:3px solid var(--on);box-shadow:0 0 0 6px var(--accent)}
.bubble[aria-busy=true] svg{opacity:.4}
svg{width:28px;fill:none;stroke:currentColor;stroke-width:1.900;stroke-linecap:round;stroke-linejoin:round}
.bubble b{position:absolute;inset:-4px -4px auto auto;min-width:10px;padding:0 6px;border-radius:11px;background:#c8102e;color:#fff;border:2px solid #fff;font:700 12px/18px system-ui;text-align:center}
.oops{position:absolute;bottom:72px;right:0;width:200px;margin:0;padding:12px;border-radius:12px;background:#fff;color:#222;box-shadow:0 6px 24px #0003}
:host([data-side=left]) .oops{right:auto}
@media (forced-colors:active){.bubble{border:2px solid}}@media print{:host{display:none!important}}`;

/** @param {'localStorage' | 'sessionStorage'} store @param {string} name @returns {string | null | undefined} */
const peek = (store, name) => {
  try {
    return page[store].getItem(`caseroom:${name}`);
  } catch {}
};

/** Black or white, whichever is easier to see on a colour: at least 4.5 to 1 on any. @param {string} colour such as '#0e5c4a' */
const on = (colour) => {
  const [red, green, blue] = [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000' : '#fff';
};

/** @param {() => void} act */
const whenIdle = (act) => (page.requestIdleCallback || setTimeout)(act);

class CaseroomChat extends HTMLElement {
  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.innerHTML = '<button class="bubble" type="button" aria-haspopup="dialog"><svg viewBox="0 0 24 24" aria-hidden="true"><path/></svg></button>';
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(LOOK);
    root.adoptedStyleSheets = [sheet];
    this._button = /** @type {HTMLButtonElement} */ (root.firstChild);
    this._button.onclick = () => (this.isOpen ? this.close() : this.open());
    this.isOpen = false;
  }

  connectedCallback() {
    // One bubble is enough for a page.
    this.hidden = document.querySelector(NAME) !== this;
    if (this.hidden) return;
    this._paint();
    // In the top layer no ancestor of the page's can turn, fade or clip it.
    this.popover = 'manual';
    this.showPopover?.();
    if ('api' in this.dataset) page.Caseroom = this;
    if (!this._isDesign) return this._wake();
    this._selected = (/** @type {any} */ { target }) => target.contains(this) && this.open(false);
    document.addEventListener('shopify:block:select', this._selected);
  }

  disconnectedCallback() {
    if (this._selected) document.removeEventListener('shopify:block:select', this._selected);
    // An element that is only moved comes back before this runs.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this._widget?.shutdown();
      this._widget = this._loading = null;
      this._show(false);
      /** @type {CaseroomChat | null} */ (document.querySelector(NAME))?.connectedCallback();
    });
  }

  get _isDesign() {
    return this.dataset.design === 'true' || page.Shopify?.designMode;
  }

  _paint() {
    const { accent = '', words = PLAIN_WORDS } = this.dataset;
    const colour = /^#[\da-f]{6}$/i.test(accent) ? accent : '#0e5c4a';
    this.style.setProperty('--accent', colour);
    this.style.setProperty('--on', on(colour));
    this.words = words.split('|');
    this.role = 'complementary';
    this.ariaLabel = this.words[0];
    this._show(this.isOpen);
  }

  /** Come back by itself: where the chat stood open on the page before, or for the badge of an open case, with consent. */
  _wake() {
    if (peek('sessionStorage', 'open') && innerWidth > 599) whenIdle(() => this.open(false));
    else if (peek('localStorage', 'case')) this._ifAllowed(() => whenIdle(() => this._load().catch(() => {})));
  }

  /** @param {() => void} act */
  _ifAllowed(act) {
    const shop = page.Shopify;
    const ask = () => [true, 'yes'].includes(shop.customerPrivacy?.preferencesProcessingAllowed()) && act();
    if (shop?.customerPrivacy) ask();
    else if (shop?.loadFeatures) shop.loadFeatures([{ name: 'consent-tracking-api', version: '0.1' }], ask);
    else if (this.dataset.consent === 'yes') act();
  }

  _load() {
    const { base = '', widget = `${base}/ui/widget.js` } = this.dataset;
    // A browser may remember that a module failed; another fragment makes it another module.
    const url = this._tries ? `${widget}#${this._tries}` : widget;
    /** @type {Promise<any> | null} */
    this._loading = this._loading || import(url)
      .then((module) => module.mount(this, this._isDesign))
      .then((widget) => (this._widget = widget))
      .catch((error) => {
        this._loading = null;
        this._tries = (this._tries || 0) + 1;
        throw error;
      });
    return this._loading;
  }

  /** Open the chat. @param {boolean} [movesFocus] */
  async open(movesFocus = true) {
    const button = this._button;
    if (this.isOpen) return;
    this.shadowRoot?.querySelector('.oops')?.remove();
    button.ariaBusy = 'true';
    await this._load().then(() => this._opened(movesFocus), () => this._failed());
    button.ariaBusy = 'false';
  }

  /** @param {boolean} movesFocus */
  _opened(movesFocus) {
    this._show(true);
    this._widget.open(movesFocus);
    this.tell('open');
  }

  _failed() {
    const text = document.createElement('p');
    text.className = 'oops';
    text.role = 'alert';
    text.textContent = (this.words || [])[3];
    this._button.after(text);
    this.tell('error', { code: 'not_loaded' });
  }

  /** Close the panel; the conversation goes on. */
  close() {
    if (!this.isOpen) return;
    this._show(false);
    this._widget.close();
    this._button.focus();
    this.tell('close');
  }

  /** Know the customer by the UserSig that the shop's own server got for him. @param {Record<string, any>} who */
  async identify(who) {
    (await this._load()).identify(who);
  }

  /** Take the chat off the page; what the browser keeps stays. */
  shutdown() {
    this.remove();
  }

  /** @param {number} count unread messages, 0 for none */
  badge(count) {
    const words = this.words || [];
    this._count = count;
    this._button.querySelector('b')?.remove();
    this._button.ariaLabel = words[+this.isOpen] + (count ? `, ${words[2]}: ${count}` : '');
    if (!count) return;
    const badge = document.createElement('b');
    badge.textContent = count > 99 ? '99+' : `${count}`;
    this._button.append(badge);
  }

  /** @param {boolean} isOpen */
  _show(isOpen) {
    this.isOpen = isOpen;
    this._button.ariaExpanded = `${isOpen}`;
    this._button.querySelector('path')?.setAttribute('d', isOpen ? CROSS : CHAT);
    this.badge(this._count || 0);
  }

  /** @param {string} name @param {any} [detail] */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(`caseroom:${name}`, { detail }));
  }
}

if (!customElements.get(NAME)) customElements.define(NAME, CaseroomChat);

/** Where the page has no element of its own, the script tag's attributes make one. */
const place = () => {
  if (document.querySelector(NAME) || !script) return;
  const element = document.createElement(NAME);
  Object.assign(element.dataset, { base: new URL(script.src).origin, road: 'browser' }, script.dataset);
  document.body.append(element);
};
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', place);
else place();
