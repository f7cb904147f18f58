/**
 * Tencent's message elements in our words, from both sides: as the service tells them (REST's MsgBody) and as the SDK does.
 * https://www.tencentcloud.com/document/product/1047/33527
 */

import { safeURL } from './dom.js';

const QUOTE_LENGTH = 200;

/** @typedef {import('./types.js').Message} Message */
/** @typedef {Partial<Message>} Content */

/** REST's elements: MsgContent -> what it holds. @type {Record<string, (content: Record<string, any>) => Content>} */
const TOLD = {
  TIMTextElem: (content) => ({ kind: 'text', text: String(content.Text ?? '') }),
  TIMImageElem: (content) => image(content.ImageInfoArray || [], { url: 'URL', width: 'Width', height: 'Height', size: 'Size', original: 1, large: 2 }),
  TIMFileElem: (content) => file(content.Url, content.FileName, content.FileSize),
  TIMSoundElem: (content) => file(content.Url, '', content.Size),
  TIMVideoFileElem: (content) => file(content.VideoUrl, '', content.VideoSize),
  TIMFaceElem: (content) => ({ kind: 'text', text: String(content.Data ?? '') }),
};

/** The SDK's payloads. Its image types are counted differently: 0 is the original, 2 the large one. @type {Record<string, (payload: Record<string, any>) => Content>} */
const LIVE = {
  TIMTextElem: (payload) => ({ kind: 'text', text: String(payload.text ?? '') }),
  TIMImageElem: (payload) => image(payload.imageInfoArray || [], { url: 'url', width: 'width', height: 'height', size: 'size', original: 0, large: 2 }),
  TIMFileElem: (payload) => file(payload.fileUrl, payload.fileName, payload.fileSize),
  TIMSoundElem: (payload) => file(payload.url || payload.remoteAudioUrl, '', payload.size),
  TIMVideoFileElem: (payload) => file(payload.videoUrl, '', payload.videoSize),
  TIMFaceElem: (payload) => ({ kind: 'text', text: String(payload.data ?? '') }),
};

/** Group tips: operationType -> line. @type {Record<number, import('./types.js').LineCode>} */
const TIPS = { 1: 'joined', 2: 'left', 3: 'removed' };

/**
 * @param {Record<string, any>[]} infos
 * @param {{url: string, width: string, height: string, size: string, original: number, large: number}} names
 * @returns {Content}
 */
function image(infos, names) {
  /** @param {number} type */
  const of = (type) => infos.find((info) => (info.type ?? info.Type) === type);
  const original = of(names.original) || infos[0] || {};
  const shown = of(names.large) || original;
  const [width, height] = [Number(shown[names.width]) || 0, Number(shown[names.height]) || 0];
  const url = safeURL(original[names.url] || original.imageUrl);
  return { kind: 'image', url, thumb: safeURL(shown[names.url] || shown.imageUrl) || url, width, height, size: Number(original[names.size]) || 0 };
}

/** @param {unknown} url @param {unknown} name @param {unknown} size @returns {Content} */
function file(url, name, size) {
  return { kind: 'file', url: safeURL(String(url ?? '')), name: String(name || ''), size: Number(size) || 0 };
}

/**
 * What we put beside a message of ours, for whoever reads it.
 *
 * @param {string} key
 * @param {import('./types.js').Quote} [quote]
 * @returns {string} the SDK's cloudCustomData
 */
export function besides(key, quote) {
  return JSON.stringify({ caseroom: 1, key, ...(quote && { quote: { ...quote, text: quote.text.slice(0, QUOTE_LENGTH) } }) });
}

/** @param {string | undefined} customData @returns {{key: string, quote?: import('./types.js').Quote}} */
export function readBesides(customData) {
  const found = parsed(customData);
  const quote = found.quote;
  if (found.caseroom !== 1) return { key: '' };
  const isQuote = quote && Number.isFinite(quote.seq) && typeof quote.text === 'string';
  return { key: String(found.key || ''), ...(isQuote && { quote: { seq: quote.seq, from: String(quote.from || ''), text: quote.text.slice(0, QUOTE_LENGTH) } }) };
}

/** Typing and read signs travel as custom messages of their own. @param {Record<string, any>} message the SDK's @returns {{sign: string, seq?: number} | null} */
export function readSign(message) {
  const found = message.type === 'TIMCustomElem' ? parsed(message.payload?.data) : {};
  return found.caseroom === 1 && typeof found.sign === 'string' ? { sign: found.sign, seq: Number(found.seq) || 0 } : null;
}

/** @param {string | undefined} text @returns {Record<string, any>} */
function parsed(text) {
  try {
    return Object(JSON.parse(text || '{}'));
  } catch {
    return {};
  }
}

/**
 * A message as the service tells it.
 *
 * @param {import('./types.js').ServiceMessage} told
 * @param {string} me whose page this is
 * @returns {Message}
 */
export function fromService(told, me) {
  const found = readBesides(told.cloudCustomData);
  const base = { id: `${told.GroupId}:${told.seq}`, group: told.GroupId, life: told.life, seq: told.seq, from: told.sender, nick: told.nick || '', at: told.sentAt * 1000, ...found };
  const isGone = told.kind === 'deleted' || told.kind === 'lost';
  const content = isGone ? { kind: /** @type {const} */ ('line'), line: /** @type {'deleted' | 'lost'} */ (told.kind) } : joined(told.body.map((part) => TOLD[part.MsgType]?.(part.MsgContent || {}) || { kind: 'unknown' }));
  return /** @type {Message} */ ({ ...base, ...content, flow: told.sender === me ? 'out' : 'in', status: 'sent' });
}

/** One message may have many elements; texts are joined, otherwise the first that can be shown counts. @param {Content[]} parts @returns {Content} */
function joined(parts) {
  const texts = parts.filter((part) => part.kind === 'text').map((part) => part.text);
  const other = parts.find((part) => part.kind === 'image' || part.kind === 'file');
  if (other) return { ...other, ...(texts.length && { text: texts.join('\n') }) };
  return texts.length ? { kind: 'text', text: texts.join('\n') } : { kind: 'unknown' };
}

/**
 * A message as the SDK has it; null for signs and system notices.
 *
 * @param {Record<string, any>} live
 * @returns {Message | null}
 */
export function fromSDK(live) {
  if (readSign(live) || live.type === 'TIMGroupSystemNoticeElem' || live.conversationType !== 'GROUP') return null;
  const base = { id: live.ID, group: live.to, seq: Number(live.sequence) || 0, from: live.from, nick: live.nick || '', at: live.time * 1000, flow: live.flow, status: 'sent' };
  if (live.type === 'TIMGroupTipElem') return tip(live, base);
  const content = live.isRevoked ? { kind: 'line', line: 'recalled' } : LIVE[live.type]?.(live.payload || {}) || { kind: 'unknown' };
  return /** @type {Message} */ ({ ...base, ...readBesides(live.cloudCustomData), ...content });
}

/** @param {Record<string, any>} live @param {Record<string, any>} base @returns {Message | null} */
function tip(live, base) {
  const { operationType, userIDList = [], operatorID, memberList = [] } = live.payload || {};
  if (!(operationType in TIPS)) return null;
  const who = userIDList.length ? userIDList : [operatorID];
  const nick = memberList.map((/** @type {any} */ member) => member.nick || '').find(Boolean) || '';
  return /** @type {Message} */ ({ ...base, key: '', nick, kind: 'line', line: TIPS[operationType], who, flow: 'in' });
}
