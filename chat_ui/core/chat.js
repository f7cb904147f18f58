/**
 * One line to the chat cloud. This is the only file that knows the SDK's words (@tencentcloud/chat 3.6).
 * https://www.tencentcloud.com/document/product/1047/33999
 */

import { besides, fromSDK, readSign } from './elements.js';
import { ChatError, chatError } from './chat_error.js';
import { timeLimit } from './clock.js';

export { ChatError, chatError };

/**
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').Draft} Draft
 * @typedef {import('./types.js').Member} Member
 * @typedef {'elsewhere' | 'expired' | 'kicked'} Why
 * @typedef {{type: 'messages', messages: Message[]} | {type: 'typing', from: string, group: string}
 *   | {type: 'read', from: string, group: string, seq: number} | {type: 'state', state: 'online' | 'connecting' | 'offline'}
 *   | {type: 'signed-out', why: Why} | {type: 'members', group: string, members: Member[]} | {type: 'closed', group: string}
 *   | {type: 'removed', group: string}} LineEvent
 * @typedef {{default: any, Upload?: any}} SDK our sdk.js
 */

/** @type {Record<string, Why>} */
const KICKED = { multipleAccount: 'elsewhere', multipleDevice: 'elsewhere', userSigExpired: 'expired', REST_API_Kick: 'kicked' };
/** @type {Record<string, 'online' | 'connecting' | 'offline'>} */
const STATES = { connected: 'online', connecting: 'connecting', disconnected: 'offline' };
const NOTICES = { kicked: 4, dissolved: 5 };
const PAGES_AT_MOST = 40;
const TYPING_EVERY = 4000;
const READ_EVERY = 2000;

/** The SDK gives one instance for each app, so the one before has to be gone. */
let farewell = Promise.resolve();
const FAREWELL_SECONDS = 2;

/**
 * Log in, within a time limit of our own: the SDK's is 90 seconds, and its message is empty.
 *
 * @param {object} options
 * @param {() => Promise<SDK>} options.loadSdk
 * @param {number} options.sdkAppID
 * @param {string} options.userID
 * @param {string} options.userSig
 * @param {string} [options.groupID] the group that the line's calls are about unless they name another
 * @param {number} [options.seconds]
 * @param {(event: LineEvent) => void} options.onEvent
 * @returns {Promise<Line>} throws ChatError: `timeout`, `offline`, `signed_out`, `unknown`
 */
export async function connect({ loadSdk, sdkAppID, userID, userSig, groupID = '', seconds = 15, onEvent }) {
  const limit = timeLimit(seconds, () => new ChatError('timeout'));
  /** @type {Line | null} */
  let line = null;
  try {
    const sdk = await limit.race(loadSdk().catch(() => { throw new ChatError('sdk_unreachable'); }));
    await limit.race(farewell);
    line = new Line(sdk, sdkAppID, userID, groupID, onEvent);
    await limit.race(line.login(userSig));
    return line;
  } catch (error) {
    line?.close();
    throw chatError(error);
  } finally {
    limit.stop();
  }
}

export class Line {
  /** @type {Map<string, any>} */
  #handlers = new Map();
  #typedAt = 0;
  #readAt = 0;
  #readTimer = 0;
  #isClosed = false;

  /** @param {SDK} sdk @param {number} sdkAppID @param {string} userID @param {string} groupID @param {(event: LineEvent) => void} onEvent */
  constructor(sdk, sdkAppID, userID, groupID, onEvent) {
    this.userID = userID;
    this.groupID = groupID;
    this.onEvent = onEvent;
    /** @type {import('@tencentcloud/chat').ChatSDK} */
    this.chat = sdk.default.create({ SDKAppID: sdkAppID });
    this.chat.setLogLevel(4);
    if (sdk.Upload) this.chat.registerPlugin({ 'tim-upload-plugin': sdk.Upload });
    this.#listen(sdk.default.EVENT);
  }

  /** @param {Record<string, any>} names the SDK's EVENT */
  #listen(names) {
    this.#on(names.MESSAGE_RECEIVED, (/** @type {any} */ { data }) => this.#received(data));
    this.#on(names.MESSAGE_REVOKED, (/** @type {any} */ { data }) => this.#tell(data.map((/** @type {any} */ message) => ({ ...message, isRevoked: true }))));
    this.#on(names.MESSAGE_MODIFIED, (/** @type {any} */ { data }) => this.#tell(data));
    this.#on(names.KICKED_OUT, (/** @type {any} */ { data }) => this.onEvent({ type: 'signed-out', why: KICKED[data.type] || 'kicked' }));
    this.#on(names.NET_STATE_CHANGE, (/** @type {any} */ { data }) => this.onEvent({ type: 'state', state: STATES[data.state] || 'connecting' }));
    // The SDK reports here what its promises reject with as well; without a listener it would reach the page's console.
    this.#on(names.ERROR, () => {});
  }

  /** @param {any} name @param {(event: any) => void} handler */
  #on(name, handler) {
    this.#handlers.set(name, handler);
    this.chat.on(name, handler);
  }

  /** Log in and wait until calls are allowed. @param {string} userSig */
  async login(userSig) {
    const ready = new Promise((resolve) => this.#on('sdkStateReady', resolve));
    await this.chat.login({ userID: this.userID, userSig });
    if (!this.chat.isReady()) await ready;
    this.onEvent({ type: 'state', state: 'online' });
  }

  /** Log in again with a fresh UserSig; what was said meanwhile is to be fetched with `after`. @param {string} userSig @param {number} [seconds] */
  async renew(userSig, seconds = 15) {
    const limit = timeLimit(seconds, () => new ChatError('timeout'));
    try {
      await limit.race(Promise.resolve(this.chat.logout()).catch(() => {}));
      await limit.race(this.login(userSig));
    } catch (error) {
      throw chatError(error);
    } finally {
      limit.stop();
    }
  }

  /**
   * @param {Draft} draft
   * @param {(fraction: number) => void} [onProgress] of a file
   * @returns {Promise<Message>} as it was sent; throws ChatError
   */
  async send(draft, onProgress = () => {}) {
    const options = { ...this.#address(draft.group || this.groupID), cloudCustomData: besides(draft.key, draft.quote), onProgress };
    try {
      const { data } = await this.chat.sendMessage(this.#create(draft, options));
      return /** @type {Message} */ ({ ...fromSDK(data.message), key: draft.key, flow: 'out', status: 'sent' });
    } catch (error) {
      throw chatError(error);
    }
  }

  /** @param {Draft} draft @param {any} options */
  #create(draft, options) {
    if (draft.kind === 'text') return this.chat.createTextMessage({ ...options, payload: { text: draft.text || '' } });
    const payload = { file: draft.file };
    return draft.kind === 'image' ? this.chat.createImageMessage({ ...options, payload }) : this.chat.createFileMessage({ ...options, payload });
  }

  /** @param {string} group @returns {{to: string, conversationType: any}} */
  #address(group) {
    return { to: group, conversationType: 'GROUP' };
  }

  /** Show that somebody writes; told every four seconds at most. @param {string} [group] */
  typing(group = this.groupID) {
    if (Date.now() - this.#typedAt < TYPING_EVERY) return;
    this.#typedAt = Date.now();
    this.#sign({ sign: 'typing' }, group);
  }

  /** Tell how far one has read; told every two seconds at most, the last word always. @param {number} seq @param {string} [group] */
  read(seq, group = this.groupID) {
    clearTimeout(this.#readTimer);
    const wait = Math.max(0, this.#readAt + READ_EVERY - Date.now());
    this.#readTimer = Number(setTimeout(() => {
      this.#readAt = Date.now();
      this.#sign({ sign: 'read', seq }, group);
      Promise.resolve(this.chat.setMessageRead({ conversationID: `GROUP${group}` })).catch(() => {});
    }, wait));
  }

  /** @param {Record<string, any>} sign @param {string} group */
  #sign(sign, group) {
    if (this.#isClosed) return;
    const payload = { data: JSON.stringify({ caseroom: 1, ...sign }), description: '', extension: '' };
    const message = this.chat.createCustomMessage({ ...this.#address(group), payload });
    const quiet = { onlineUserOnly: true, messageControlInfo: { excludedFromUnreadCount: true, excludedFromLastMessage: true } };
    Promise.resolve(this.chat.sendMessage(message, /** @type {any} */ (quiet))).catch(() => {});
  }

  /** The fifteen or fewer messages before a place. @param {number} seq @param {string} [group] @returns {Promise<Message[]>} */
  before(seq, group = this.groupID) {
    return this.#page(seq, 0, group);
  }

  /** The newest messages, fifteen or fewer. @param {string} [group] @returns {Promise<Message[]>} */
  async newest(group = this.groupID) {
    try {
      const { data } = await this.chat.getMessageList({ conversationID: `GROUP${group}` });
      return ours(data.messageList);
    } catch (error) {
      throw chatError(error);
    }
  }

  /** Everything after a place, oldest first. @param {number} seq @param {string} [group] @returns {Promise<Message[]>} */
  async after(seq, group = this.groupID) {
    const found = new Map();
    for (let [page, from] = [0, seq]; page < PAGES_AT_MOST; page += 1) {
      const more = await this.#page(from, 1, group);
      for (const message of more) found.set(message.seq || message.id, message);
      const last = Math.max(from, ...more.map((message) => message.seq));
      if (last === from) break;
      from = last;
    }
    return [...found.values()].filter((message) => !message.seq || message.seq > seq);
  }

  /** @param {number} sequence @param {0 | 1} direction 0 older, 1 newer @param {string} group */
  async #page(sequence, direction, group) {
    try {
      const { data } = await this.chat.getMessageListHopping({ conversationID: `GROUP${group}`, sequence, direction });
      return ours(data.messageList);
    } catch (error) {
      throw chatError(error);
    }
  }

  /** Ask who is in a group; the answer comes as an event. @param {string} [group] */
  async members(group = this.groupID) {
    const { data } = await this.chat.getGroupMemberList({ groupID: group, count: 100, offset: 0 }).catch(() => ({ data: { memberList: null } }));
    if (data.memberList) this.onEvent({ type: 'members', group, members: data.memberList.map((/** @type {any} */ { userID, nick }) => ({ id: userID, name: nick || '' })) });
  }

  /** @param {any[]} messages the SDK's */
  #received(messages) {
    for (const message of messages) {
      const sign = readSign(message);
      if (sign && message.from !== this.userID) this.#signed(sign, message);
      if (message.type === 'TIMGroupSystemNoticeElem') this.#noticed(message);
      if (message.type === 'TIMGroupTipElem') void this.members(message.to);
    }
    this.#tell(messages);
  }

  /** @param {{sign: string, seq?: number}} sign @param {any} message */
  #signed(sign, message) {
    if (sign.sign === 'typing') this.onEvent({ type: 'typing', from: message.from, group: message.to });
    if (sign.sign === 'read') this.onEvent({ type: 'read', from: message.from, group: message.to, seq: sign.seq || 0 });
  }

  /** @param {any} message */
  #noticed({ payload, to }) {
    const group = payload?.groupProfile?.groupID || payload?.groupProfile?.to || to;
    if (payload?.operationType === NOTICES.dissolved) this.onEvent({ type: 'closed', group });
    if (payload?.operationType === NOTICES.kicked) this.onEvent({ type: 'removed', group });
  }

  /** @param {any[]} messages the SDK's */
  #tell(messages) {
    const told = ours(messages);
    if (told.length) this.onEvent({ type: 'messages', messages: told });
  }

  /** Log out, and hear nothing more. */
  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#readTimer);
    for (const [name, handler] of this.#handlers) this.chat.off(name, handler);
    const limit = timeLimit(FAREWELL_SECONDS, () => new ChatError('timeout'));
    farewell = limit.race(Promise.resolve(this.chat.destroy())).then(() => {}, () => {}).finally(limit.stop);
  }
}

/** @param {any[]} messages the SDK's @returns {Message[]} */
function ours(messages) {
  return messages.map(fromSDK).filter((message) => message !== null);
}
