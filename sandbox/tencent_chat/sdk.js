// A stand-in of Tencent's browser SDK (@tencentcloud/chat 3.6.6): the same names, values and shapes, as far as our
// browser code uses them, over plain HTTP to the stand-in of the chat cloud that served this module.
import { READ, WRITE, uploaded } from './sdk_elements.js';
import { EVENT, TYPES, refusal } from './sdk_words.js';

const CLOUD = new URL(import.meta.url).origin;
const POLL_PAUSE = 400; // milliseconds before a dead line is tried again
const PAGE = 15;

const uint32 = () => crypto.getRandomValues(new Uint32Array(1))[0];
const now = () => Math.floor(Date.now() / 1000);
const group = (conversationID) => conversationID.replace(/^GROUP/, '');
const ok = (data) => ({ code: 0, data });

/** Ends a wait when the browser says that there is no network: a request under way would not notice. */
function offline() {
  const controller = new AbortController();
  addEventListener('offline', () => controller.abort(), { once: true });
  return controller.signal;
}

class Chat {
  constructor(id) {
    Object.assign(this, { id, handlers: new Map(), plugins: {}, own: new Set(), state: '' });
    this.forget();
  }

  forget() {
    this.abort?.abort();
    Object.assign(this, { line: null, userID: '', ready: false, pending: false, abort: new AbortController() });
  }

  setLogLevel() {}

  registerPlugin(plugins) {
    Object.assign(this.plugins, plugins);
  }

  on(name, handler, context) {
    this.handlers.set(name, [...(this.handlers.get(name) ?? []), { handler, context }]);
  }

  off(name, handler) {
    this.handlers.set(name, (this.handlers.get(name) ?? []).filter((one) => one.handler !== handler));
  }

  emit(name, data) {
    for (const { handler, context } of this.handlers.get(name) ?? []) handler.call(context, { name, data });
  }

  net(state) {
    if (state === this.state) return;
    this.state = state;
    this.emit(EVENT.NET_STATE_CHANGE, { state });
  }

  isReady() {
    return this.ready;
  }

  // Logging in and out

  async login({ userID, userSig }) {
    if (!userID) throw refusal(2002, 'no userID');
    if (!userSig) throw refusal(2003, 'no userSig');
    if (this.line && this.userID === userID) return ok({ actionStatus: 'OK', repeatLogin: true });
    if (this.pending) throw refusal(2025, 'a login is running');
    this.pending = true;
    try {
      const { line, nick, tinyID } = await this.ask('login', { userID, userSig });
      Object.assign(this, { line, nick, tinyID, userID });
    } catch (error) {
      this.net(TYPES.NET_STATE_DISCONNECTED);
      throw error;
    } finally {
      this.pending = false;
    }
    this.listen(this.line, this.abort.signal);
    setTimeout(() => this.line && this.getReady(), 20);
    return ok({ actionStatus: 'OK' });
  }

  getReady() {
    this.ready = true;
    this.net(TYPES.NET_STATE_CONNECTED);
    this.emit(EVENT.SDK_READY);
  }

  async logout() {
    if (!this.line) throw refusal(2024, 'not logged in');
    await this.ask('logout').catch(() => {});
    this.forget();
  }

  async destroy() {
    if (this.line) await this.logout();
    instances.delete(this.id);
    this.handlers.clear();
  }

  // The line

  async ask(verb, body = {}) {
    const text = JSON.stringify({ ...body, line: this.line });
    const answer = await this.request(`${CLOUD}/sdk/${verb}`, { method: 'POST', body: text });
    if (answer.code) throw refusal(answer.code, answer.message);
    return answer;
  }

  async request(url, options) {
    try {
      return await (await fetch(url, { credentials: 'omit', ...options })).json();
    } catch {
      throw refusal(2800, 'network error');
    }
  }

  /** Take events as they come; after a break only what happens from then on: the rest is for histories. */
  async listen(line, signal) {
    let after = 0;
    let anew = '';
    while (!signal.aborted) {
      try {
        const query = new URLSearchParams({ line, after: String(after), ...(anew ? { anew } : {}) });
        const answer = await this.request(`${CLOUD}/sdk/events?${query}`, { signal: AbortSignal.any([signal, offline()]) });
        after = answer.after ?? after;
        if (anew) this.net(TYPES.NET_STATE_CONNECTED);
        anew = '';
        for (const event of answer.events) {
          after = event.n;
          if (!signal.aborted) this.take(event);
        }
      } catch {
        if (signal.aborted) return;
        anew = 'yes';
        this.net(TYPES.NET_STATE_DISCONNECTED);
        await new Promise((done) => setTimeout(done, POLL_PAUSE));
        this.net(TYPES.NET_STATE_CONNECTING);
      }
    }
  }

  take(event) {
    if (event.kicked) return this.kickOut(event.kicked);
    if (event.revoked) {
      const messages = event.revoked.map((one) => Object.assign(this.heard(one), { isRevoked: true }));
      return this.emit(EVENT.MESSAGE_REVOKED, messages);
    }
    if (event.tip) return this.emit(EVENT.MESSAGE_RECEIVED, [this.tip(event.tip)]);
    if (event.notice) return this.emit(EVENT.MESSAGE_RECEIVED, [this.notice(event.notice)]);
    if (this.own.has(event.message.id)) return undefined;
    return this.emit(EVENT.MESSAGE_RECEIVED, [this.heard(event.message)]);
  }

  kickOut(type) {
    this.forget();
    this.emit(EVENT.SDK_NOT_READY);
    this.emit(EVENT.KICKED_OUT, { type });
  }

  // Messages

  message(fields) {
    const { groupID } = fields;
    return {
      ID: `${fields.time}-${uint32()}`,
      conversationID: `GROUP${groupID}`,
      conversationType: TYPES.CONV_GROUP,
      to: groupID,
      from: this.userID,
      flow: fields.from && fields.from !== this.userID ? 'in' : 'out',
      status: 'success',
      sequence: 0,
      priority: TYPES.MSG_PRIORITY_NORMAL,
      nick: '',
      avatar: '',
      nameCard: '',
      atUserList: [],
      cloudCustomData: '',
      isRevoked: false,
      isDeleted: false,
      isModified: false,
      isPeerRead: false,
      needReadReceipt: false,
      ...fields,
    };
  }

  heard(wire) {
    const [element] = wire.MsgBody ?? [{ MsgType: TYPES.MSG_TEXT, MsgContent: { Text: '' } }];
    return this.message({
      ID: wire.id,
      groupID: wire.groupID,
      from: wire.From_Account,
      nick: wire.nick,
      time: wire.MsgTimeStamp,
      sequence: wire.MsgSeq,
      type: element.MsgType,
      payload: READ[element.MsgType]?.(element.MsgContent) ?? element.MsgContent,
      cloudCustomData: wire.CloudCustomData ?? '',
    });
  }

  tip({ groupID, groupType, name, time, payload }) {
    const groupProfile = { groupID, type: groupType, name };
    const about = { groupID, time, from: groupID, type: TYPES.MSG_GRP_TIP };
    return this.message({ ...about, payload: { newGroupProfile: {}, ...payload, groupProfile } });
  }

  notice({ groupID, groupType, name, time, payload }) {
    const about = { groupID, time, from: '@TIM#SYSTEM', type: TYPES.MSG_GRP_SYS_NOTICE };
    const where = { conversationID: TYPES.CONV_SYSTEM, conversationType: TYPES.CONV_SYSTEM, to: this.userID };
    const groupProfile = { groupID, type: groupType, name };
    return this.message({ ...about, ...where, payload: { ...payload, groupProfile, userDefinedField: '' } });
  }

  draft(type, { to, conversationType, payload, cloudCustomData = '', priority, onProgress }) {
    if (conversationType !== TYPES.CONV_GROUP) throw refusal(2106, 'only groups are played here');
    const [time, random] = [now(), uint32()];
    const named = { ID: `${this.tinyID}-${time}-${random}`, time, random, clientTime: time };
    const draft = { type, payload, cloudCustomData, groupID: to, nick: this.nick, status: 'unSend', onProgress };
    return this.message({ ...named, ...draft, ...(priority && { priority }) });
  }

  createTextMessage(options) {
    return this.draft(TYPES.MSG_TEXT, options);
  }

  createCustomMessage(options) {
    return this.draft(TYPES.MSG_CUSTOM, options);
  }

  createImageMessage(options) {
    return this.draft(TYPES.MSG_IMAGE, options);
  }

  createFileMessage(options) {
    return this.draft(TYPES.MSG_FILE, options);
  }

  async sendMessage(message, { onlineUserOnly = false } = {}) {
    try {
      if (!this.ready) throw refusal(2999, 'the SDK is not ready');
      if (message.payload.file) await this.upload(message);
      const element = { MsgType: message.type, MsgContent: WRITE[message.type](message.payload) };
      const { random, clientTime, cloudCustomData, to: groupID } = message;
      this.own.add(message.ID);
      const body = { groupID, random, clientTime, cloudCustomData, elements: [element], onlineUserOnly };
      const { sequence, time } = await this.ask('send', body);
      return ok({ message: Object.assign(message, { sequence, time, status: 'success' }) });
    } catch (error) {
      message.status = 'fail';
      throw error;
    }
  }

  async upload(message) {
    if (!this.plugins['tim-upload-plugin']) throw refusal(2040, 'the upload plug-in is missing');
    const target = `${CLOUD}/sdk/files?${new URLSearchParams({ line: this.line })}`;
    message.payload = await uploaded(message, message.type === TYPES.MSG_IMAGE, target);
  }

  // Histories, conversations, members

  async getMessageList({ conversationID, nextReqMessageID = '' }) {
    const upTo = nextReqMessageID ? Number(nextReqMessageID) : 0;
    const { messages, isCompleted } = await this.ask('history', { groupID: group(conversationID), upTo });
    const next = isCompleted || !messages.length ? '' : String(messages[0].MsgSeq - 1);
    return ok({ messageList: messages.map((one) => this.heard(one)), nextReqMessageID: next, isCompleted });
  }

  async getMessageListHopping({ conversationID, sequence, direction = 0 }) {
    const range = direction === 1 ? { from: sequence, upTo: sequence + PAGE - 1 } : { upTo: sequence };
    const { messages, isCompleted } = await this.ask('history', { groupID: group(conversationID), ...range });
    return ok({ messageList: messages.map((one) => this.heard(one)), isCompleted });
  }

  async setMessageRead({ conversationID }) {
    await this.ask('read', { groupID: group(conversationID) });
    return ok({ conversationID });
  }

  async getGroupMemberList({ groupID, count = 15, offset = 0 }) {
    const { memberList } = await this.ask('members', { groupID });
    return ok({ memberList: memberList.slice(offset, offset + count), offset: offset + count < memberList.length ? offset + count : 0 });
  }
}

const instances = new Map();

function create({ SDKAppID }) {
  if (!SDKAppID) throw refusal(2000, 'no SDKAppID');
  if (!instances.has(SDKAppID)) instances.set(SDKAppID, new Chat(SDKAppID));
  return instances.get(SDKAppID);
}

export default { create, EVENT, TYPES };
export { Upload } from './sdk_elements.js';
