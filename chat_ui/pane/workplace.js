/** Joins the session, the line, the desk and what is around the pane, and shows them. */

import { AgentService } from './agent_service.js';
import { Alerts } from './alerts.js';
import { Desk } from './desk.js';
import { Holder } from './holder.js';
import { Session } from './session.js';
import { Surroundings } from './surroundings.js';
import { View } from './view.js';

export class Workplace {
  /** @type {Holder | undefined} */ holder;
  /** @type {Desk | undefined} */ desk;
  first = '';
  isLost = false;

  /**
   * @param {Window & typeof globalThis} self
   * @param {HTMLElement} root
   * @param {import('../core/texts.js').Texts} texts
   * @param {import('./config.js').Config} config
   */
  constructor(self, root, texts, config) {
    this.self = self;
    this.config = config;
    this.texts = texts;
    this.service = new AgentService({ base: config.base });
    this.alerts = new Alerts(self);
    this.around = new Surroundings(self, { onCase: (ref, isNews) => this.#case(ref, isNews), onCode: (code) => this.session.hear(code) });
    this.session = new Session({ service: this.service, askForCode: () => this.around.askForCode(), onOpen: () => this.#opened(), onLost: () => this.#lost() });
    this.view = new View(root, { texts, alerts: this.alerts, place: this, canOpen: this.around.canOpen });
  }

  async start() {
    this.view.opening();
    this.around.ready();
    const place = await this.around.place();
    if (!place.isSeen) return;
    try {
      const session = await this.session.open(this.config.code);
      await this.#begin(session.userID, place);
    } catch (error) {
      this.view.failed(/** @type {any} */ (error).code ?? 'other', this.around.remedy(), () => this.start());
    }
  }

  /**
   * @param {string} me the agent's account
   * @param {import('./surroundings.js').Place} place
   */
  async #begin(me, place) {
    const { service, session, self } = this;
    this.holder = new Holder({
      account: me,
      loadSdk: () => import(/* webpackIgnore: true */ this.config.sdk),
      ticket: (isFresh) => this.#ticket(isFresh),
      onEvent: (event) => this.desk?.hear(event),
      onState: () => this.desk?.lineChanged(),
      onNews: (news) => this.#told(news),
      news: () => ({ cases: this.desk?.cases, seen: this.desk?.unread.seen, alerts: this.alerts.on }),
    });
    this.desk = new Desk({ me, service, session, holder: this.holder, isSeen: () => !self.document.hidden && this.view.showsTalk, onChange: () => this.show(), onNews: (message, one) => this.#announce(message, one) });
    this.view.begin(this.desk, this.holder);
    this.alerts.onTurn = () => this.holder?.tell({ alerts: this.alerts.on });
    self.document.addEventListener('visibilitychange', () => this.desk?.look());
    self.addEventListener('focus', () => this.desk?.look());
    self.addEventListener('online', () => this.holder?.hurry());
    // A page that the browser only sets aside may come back; one that goes hands the line on.
    self.addEventListener('pagehide', ({ persisted }) => persisted || this.holder?.close());
    setTimeout(() => this.holder?.start(), place.waits);
    const first = this.first || this.config.ref;
    if (first) this.desk.view(first);
    await this.desk.start();
  }

  /** A login ticket for the line; a fresh one where the last did not serve. @param {boolean} isFresh */
  async #ticket(isFresh) {
    if (isFresh) await this.session.renew();
    const { sdkAppID, userSig } = /** @type {import('./agent_service.js').AgentSession} */ (this.session.now);
    return { sdkAppID, userSig };
  }

  #opened() {
    this.isLost = false;
    this.show();
  }

  #lost() {
    this.isLost = true;
    this.show();
  }

  /** @param {string} ref @param {boolean} isNews the same case, but something about it has changed */
  #case(ref, isNews) {
    this.first = ref;
    if (this.desk && (isNews || ref !== this.desk.ref)) this.desk.view(ref);
  }

  /** @param {any} news of another pane */
  #told(news) {
    if (news.alerts) this.view.alertsAre(Object.assign(this.alerts.on, news.alerts));
    this.desk?.told(news);
  }

  show() {
    if (!this.desk) return;
    const { total } = this.desk;
    this.alerts.count(total);
    this.around.showUnread(total);
    this.view.show({ isLost: this.isLost, remedy: this.around.remedy() });
  }

  /**
   * @param {import('../core/types.js').Message} message
   * @param {import('./agent_service.js').AgentCase} one
   */
  #announce(message, one) {
    const title = this.texts.t('pane.notify', { name: one.customer.name || this.texts.t('pane.customer.unnamed'), about: one.subject });
    this.alerts.announce({ title, text: message.text || this.texts.t('pane.says.file'), onClick: () => this.desk?.view(String(one.ref)) });
  }

  /** What the banner's button does when the session is lost. */
  async regain() {
    await this.session.regain().catch(() => {});
    await this.desk?.list();
  }

  /** @param {string} ref */
  openAtHelpdesk(ref) {
    this.around.open(ref);
  }
}
