// The frames of the app on an agent's screen, and the talk with Zendesk's SDK in them.
// https://developer.zendesk.com/api-reference/apps/apps-core-api/core_api/

/** @typedef {{guid: string, location: string, ticket: number | null, frame: HTMLIFrameElement}} Instance */

export class Apps {
  /**
   * @param {{root: string, agent: number, host: string, service: string}} about
   * @param {{ticket: (id: number) => any, me: () => any, route: (id: number) => void, icon: (symbol: string) => void}} screen
   */
  constructor(about, screen) {
    Object.assign(this, { about, screen });
    /** @type {Map<string, Instance>} */
    this.instances = new Map();
    window.addEventListener('message', (event) => this.hear(event));
  }

  /** Make a place for a frame; it is loaded at once, or when it is first wanted. */
  add(location, holder, ticket = null, isLazy = false) {
    const frame = Object.assign(document.createElement('iframe'), { name: `app-${crypto.randomUUID()}`, title: 'Caseroom' });
    frame.allow = 'autoplay; clipboard-write; microphone; camera';
    holder.append(frame);
    const instance = { guid: crypto.randomUUID(), location, ticket, frame, isLoaded: false };
    this.instances.set(instance.guid, instance);
    this.tellAll('instance.created', { instanceGuid: instance.guid });
    if (!isLazy) this.load(instance);
    return instance;
  }

  /** Open the signed URL: a POST with a token, into the frame. */
  async load(instance) {
    if (instance.isLoaded) return;
    instance.isLoaded = true;
    instance.isThere = false;
    const { root, agent, service } = this.about;
    const { token } = await (await fetch(`${root}/${agent}/frames/${instance.location}`, { method: 'POST' })).json();
    const query = new URLSearchParams({ origin: location.origin, app_guid: instance.guid });
    const form = Object.assign(document.createElement('form'), {
      method: 'POST', target: instance.frame.name, action: `${service}/zendesk/agent?${query}`, hidden: true,
    });
    form.append(Object.assign(document.createElement('input'), { name: 'token', value: token }));
    document.body.append(form);
    form.submit();
    form.remove();
  }

  remove(instance) {
    this.tell(instance, 'app.willDestroy');
    this.instances.delete(instance.guid);
    instance.frame.remove();
  }

  /** Have Zendesk load the apps beside a ticket anew. */
  reload(instance) {
    instance.isLoaded = false;
    this.load(instance);
  }

  tell(instance, name, message = {}) {
    this.post(instance, { key: `zaf.${name}`, message, appGuid: instance.guid, instanceGuid: instance.guid });
  }

  tellAll(name, message = {}) {
    for (const instance of this.instances.values()) this.tell(instance, name, message);
  }

  post(instance, what) {
    if (!instance.isThere) return;
    instance.frame.contentWindow?.postMessage(JSON.stringify(what), this.about.service);
  }

  hear({ data, source, origin }) {
    const instance = [...this.instances.values()].find((one) => one.frame.contentWindow === source);
    if (!instance || origin !== this.about.service || typeof data !== 'string') return;
    const said = JSON.parse(data);
    if (said.key === 'iframe.handshake') this.register(instance);
    if (said.request) this.answer(instance, said);
  }

  register(instance) {
    instance.isThere = true;
    const account = { subdomain: this.about.host.split('.')[0] };
    const context = { product: 'support', account, location: instance.location, instanceGuid: instance.guid };
    const message = { context: { ...context, ...(instance.ticket && { ticketId: instance.ticket }) }, metadata: { appId: 1, installationId: 7001, settings: {} } };
    this.tell(instance, 'app.registered', message);
    this.tell(instance, 'app.activated', { firstLoad: true });
  }

  answer(instance, { id, request, params, instanceGuid }) {
    const target = this.instances.get(instanceGuid) ?? instance;
    const result = { errors: {} };
    const names = Array.isArray(params) ? params.map((name) => [name, null]) : Object.entries(params);
    for (const [name, value] of names) {
      try {
        result[name] = DOES[request][name](this, target, value);
      } catch {
        result.errors[name] = { name: 'Error', message: `Could not find handler for: "${name}"` };
      }
    }
    this.post(instance, { id, result, appGuid: instance.guid });
  }
}

const seen = (apps, instance) => apps.screen.ticket(instance.ticket);

const DOES = {
  get: {
    'ticket.id': (apps, instance) => seen(apps, instance).id,
    'ticket.subject': (apps, instance) => seen(apps, instance).subject,
    'ticket.status': (apps, instance) => seen(apps, instance).status,
    'ticket.assignee.user.id': (apps, instance) => seen(apps, instance).assignee_id,
    currentUser: (apps) => ({ ...apps.screen.me(), locale: navigator.language }),
    instances: (apps) => Object.fromEntries([...apps.instances.values()].map(({ guid, location, ticket }) => [guid, { instanceGuid: guid, location, ticketId: ticket }])),
  },
  set: {
    iconSymbol: (apps, instance, symbol) => apps.screen.icon(symbol),
  },
  invoke: {
    resize: (apps, { frame }, [{ width, height }]) => Object.assign(frame.style, { ...(height && { height }), ...(width && { maxWidth: '100%', width }) }) && null,
    routeTo: (apps, instance, [, id]) => apps.screen.route(Number(id)),
    preloadPane: (apps, instance) => apps.load(instance) && null,
  },
};
