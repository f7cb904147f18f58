// A stand-in of Zendesk's ZAF SDK (2.0): what the agents' page uses of it, in the same messages to the screen around.
// https://developer.zendesk.com/api-reference/apps/apps-core-api/client_api/
(() => {
  const PATIENCE = 5000;
  const query = new URLSearchParams(location.search);

  class Client {
    constructor(origin, appGuid, parent) {
      Object.assign(this, { origin, appGuid, instanceGuid: appGuid, handlers: {}, waiting: {}, last: 0, parent });
      this.registered = parent ? parent.registered : new Promise((done) => this.on('app.registered', done, true));
      if (parent) return;
      window.addEventListener('message', (event) => event.source === window.parent && event.origin === origin && this.hear(event.data));
      this.post({ key: 'iframe.handshake', message: { version: '2.0.0' } });
    }

    post(what) {
      window.parent.postMessage(JSON.stringify({ ...what, appGuid: this.appGuid, instanceGuid: this.instanceGuid }), this.origin);
    }

    hear(text) {
      const said = JSON.parse(text);
      const waiting = said.id && this.waiting[said.id];
      if (waiting) {
        delete this.waiting[said.id];
        if (said.error) waiting.fail(Object.assign(new Error(said.error.message), { name: said.error.name }));
        else waiting.done(said.result);
      } else if (said.key?.startsWith('zaf.')) {
        for (const handler of this.handlers[said.key.slice(4)] ?? []) handler(said.message);
      }
    }

    async ask(request, params) {
      await this.registered;
      const top = this.parent ?? this;
      const id = (top.last += 1);
      return new Promise((done, fail) => {
        top.waiting[id] = { done, fail };
        setTimeout(() => fail(Object.assign(new Error(`Timeout when invoking "${request}"`), { name: 'TimeoutError' })), PATIENCE);
        this.post({ id, request, params });
      });
    }

    on(name, handler, isQuiet = false) {
      (this.handlers[name] ??= []).push(handler);
      if (!isQuiet) this.registered.then(() => this.post({ key: `iframe.on:${name}`, message: { subscriberCount: this.handlers[name].length } }));
    }

    off(name, handler) {
      this.handlers[name] = (this.handlers[name] ?? []).filter((one) => one !== handler);
    }

    async context() {
      return (await this.registered).context;
    }

    async metadata() {
      return (await this.registered).metadata;
    }

    async get(path) {
      const result = await this.ask('get', [path]);
      if (result.errors[path]) throw Object.assign(new Error(result.errors[path].message), { name: 'Error' });
      return result;
    }

    set(name, value) {
      return this.ask('set', { [name]: value });
    }

    async invoke(name, ...values) {
      const result = await this.ask('invoke', { [name]: values });
      if (result.errors[name]) throw new Error(result.errors[name].message);
      return result;
    }

    instance(guid) {
      const client = new Client(this.origin, this.appGuid, this);
      client.instanceGuid = guid;
      return client;
    }
  }

  window.ZAFClient = {
    init() {
      const [origin, guid] = [query.get('origin'), query.get('app_guid')];
      return origin && guid ? new Client(origin, guid) : false;
    },
  };
})();
