/** What the launcher loads after the first click: the panel, and the session behind it. */

import { CustomerService } from '../core/service.js';
import { Keeper, mayRemember } from '../core/keeper.js';
import { loadTexts } from '../core/texts.js';
import { unread } from '../core/conversation.js';
import { IdentifiedService } from './identified.js';
import { Panel } from './panel.js';
import { PreviewSession } from './preview.js';
import { Session } from './session.js';
import { colours } from './colours.js';
import { readSettings } from './settings.js';
import styles from './styles.css';

/**
 * @typedef {HTMLElement & {badge: (count: number) => void, tell: (name: string, detail?: any) => void, close: () => void, words?: string[]}} Launcher
 * @typedef {import('./settings.js').Settings} Settings
 */

export class Chat {
  /** @type {Session | null} */ session = null;
  /** @type {Panel | null} */ panel = null;
  #leave = new AbortController();
  #count = -1;
  #trouble = '';
  #seen = 0;

  /** @param {Launcher | null} launcher null on a page of its own @param {ShadowRoot} root @param {Settings} settings @param {import('../core/texts.js').Texts} texts */
  constructor(launcher, root, settings, texts) {
    this.launcher = launcher;
    this.root = root;
    this.settings = settings;
    this.texts = texts;
    this.keeper = new Keeper({ mayPersist: () => mayRemember(launcher?.dataset.consent || null) });
    dress(root, settings.accent);
    const { signal } = this.#leave;
    document.addEventListener('visitorConsentCollected', () => this.keeper.move(), { signal });
    document.addEventListener('visibilitychange', () => this.#changed(), { signal });
  }

  /** @param {boolean} isPreview @param {any} [service] */
  start(isPreview, service) {
    const { settings, keeper } = this;
    const onChange = () => this.#changed();
    const loadSdk = () => import(settings.sdk);
    this.session = isPreview ? new PreviewSession(settings, this.texts, onChange) : new Session({ service: service || new CustomerService({ ...settings, keeper }), keeper, settings, loadSdk, onChange });
    this.panel = new Panel(this.session, this.texts, this.launcher && (() => this.launcher?.close()));
    this.root.prepend(this.panel.element);
    void this.session.begin();
  }

  /** @param {boolean} movesFocus */
  open(movesFocus) {
    if (!(this.session instanceof PreviewSession)) this.keeper.set('open', 1);
    this.panel?.open(movesFocus);
    this.#changed();
  }

  close() {
    this.keeper.remove('open');
    this.panel?.close();
  }

  /** @param {import('./identified.js').Identity} identity */
  identify(identity) {
    const wasOpen = this.panel && !this.panel.element.hidden;
    this.#clear();
    this.start(false, new IdentifiedService(identity));
    if (wasOpen) this.open(false);
  }

  #changed() {
    const { session, panel } = this;
    if (!session || !panel) return;
    const isSeen = !panel.element.hidden && document.visibilityState === 'visible';
    if (isSeen && session.phase === 'talking') session.read();
    if (isSeen) panel.update();
    this.#tellPage(unread(session.conversation));
  }

  /** @param {number} count unread messages */
  #tellPage(count) {
    const { launcher, session } = this;
    if (!launcher || !session) return;
    const seen = session.conversation.messages.filter((message) => message.flow === 'in' && message.kind !== 'line').length;
    if (this.#count >= 0 && seen > this.#seen && session.net === 'online') launcher.tell('message', { count: seen - this.#seen });
    if (count !== this.#count) launcher.badge(count);
    if (count !== this.#count && this.#count >= 0) launcher.tell('unread', { count });
    if (session.trouble && session.trouble !== this.#trouble) launcher.tell('error', { code: session.trouble });
    [this.#count, this.#trouble, this.#seen] = [count, session.trouble, seen];
  }

  #clear() {
    this.session?.close();
    this.panel?.remove();
    this.session = this.panel = null;
  }

  shutdown() {
    this.#leave.abort();
    this.#clear();
  }
}

/** Give a shadow tree its looks, in a way that a page's content security policy allows. @param {ShadowRoot} root @param {string} accent */
function dress(root, accent) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets.slice(0, 1), sheet];
  const host = /** @type {HTMLElement} */ (root.host);
  for (const [name, value] of Object.entries(colours(accent))) host.style.setProperty(`--${name}`, value);
}

/** Ask the shop for what its visitor allows, where it has not been asked yet. */
function loadConsent() {
  const shop = /** @type {any} */ (window).Shopify;
  if (shop?.customerPrivacy || !shop?.loadFeatures) return Promise.resolve();
  return new Promise((resolve) => {
    setTimeout(resolve, 1500);
    shop.loadFeatures([{ name: 'consent-tracking-api', version: '0.1' }], resolve);
  });
}

/**
 * @param {Launcher} launcher
 * @param {boolean} isPreview
 * @returns {Promise<Chat>}
 */
export async function mount(launcher, isPreview) {
  const settings = readSettings(launcher.dataset);
  const [texts] = await Promise.all([loadTexts(settings.localeBase, settings.locale), isPreview || loadConsent()]);
  const chat = new Chat(launcher, /** @type {ShadowRoot} */ (launcher.shadowRoot), settings, texts);
  launcher.words = ['widget.title', 'widget.close', 'widget.unread', 'core.error.unreachable'].map((key) => texts.t(key));
  chat.start(isPreview);
  return chat;
}
