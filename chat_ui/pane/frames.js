/**
 * What the pane and a page around it say to each other: objects {caseroom: 1, type, ...}, as in a frame of Salesforce.
 *
 * To the page: ready; unread {count}; need-code; open {ref}. From the page: case {ref}; code {code}. Only the window
 * around the pane is heard, and only from an origin that is known; what holds anything goes to that origin alone.
 */

const VERSION = 1;
const KNOWN = [
  /^https:\/\/[a-z0-9.-]+\.lightning\.force\.com$/i,
  /^https:\/\/[a-z0-9.-]+\.my\.salesforce\.com$/i,
  /^https:\/\/[a-z0-9.-]+\.vf\.force\.com$/i,
  /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/,
];
const HOLD_NOTHING = ['ready', 'need-code'];

/**
 * @param {string} origin
 * @param {string} own the pane's own origin, `null` where it has none
 */
export function isKnown(origin, own = '') {
  return (origin !== 'null' && origin === own) || KNOWN.some((pattern) => pattern.test(origin));
}

/** The talk with the page around the pane. */
export class Parent {
  /** @type {string} */ origin = '';

  /**
   * @param {Window} self the pane's window
   * @param {{onCase: (ref: string) => void, onCode: (code: string) => void}} ways
   */
  constructor(self, ways) {
    this.self = self;
    this.isThere = self.parent !== self;
    /** @type {Record<string, (said: any) => void>} */
    this.heard = {
      case: (said) => isText(said.ref, 64) && ways.onCase(said.ref),
      code: (said) => isText(said.code, 128) && ways.onCode(said.code),
    };
    this.hear = this.hear.bind(this);
    if (this.isThere) {
      self.addEventListener('message', this.hear);
      this.origin = this.around();
    }
  }

  /** The origin around, where the browser tells: Firefox does not, and then the first word from there does. */
  around() {
    const found = this.self.location.ancestorOrigins?.[0] ?? '';
    return isKnown(found, this.self.origin) ? found : '';
  }

  /** @param {MessageEvent} event */
  hear(event) {
    const said = event.data;
    if (event.source !== this.self.parent || said?.caseroom !== VERSION || !isKnown(event.origin, this.self.origin)) {
      return;
    }
    this.origin = event.origin;
    if (Object.hasOwn(this.heard, said.type)) this.heard[said.type](said);
  }

  /**
   * @param {'ready' | 'unread' | 'need-code' | 'open'} type
   * @param {object} [facts]
   */
  say(type, facts = {}) {
    const target = this.origin || (HOLD_NOTHING.includes(type) ? '*' : '');
    if (this.isThere && target) this.self.parent.postMessage({ caseroom: VERSION, type, ...facts }, target);
  }
}

/**
 * @param {unknown} given
 * @param {number} atMost
 */
function isText(given, atMost) {
  return typeof given === 'string' && given.length > 0 && given.length <= atMost;
}
