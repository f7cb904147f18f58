/**
 * What this component and the agents' page say to each other: objects {caseroom: 1, type, ...}. The page lives in a
 * frame without an origin of its own, so it is known by its window and by nothing else.
 *
 * From the page: ready; unread {count}; need-code; open {ref}. To the page: case {ref}; code {code}.
 */

import { caseId } from './caseId';

const VERSION = 1;
const CODES_AT_MOST = 5;
const WITHIN = 60_000;
const COUNTED = 99;

/**
 * One side of the talk, without a browser in it.
 */
export class Talk {
    codes = [];
    isReady = false;
    isAsking = false;
    ref = undefined;

    /**
     * @param {object} ways what the component does for it
     * @param {(message: object) => void} ways.post tells the page
     * @param {() => Promise<string>} ways.fetchCode asks the org for a code
     * @param {() => void} ways.onReady the page is there
     * @param {(mark: string) => void} ways.onUnread how many messages wait, as a text; empty for none
     * @param {(ref: string) => void} ways.onOpen the agent wants to see this case
     * @param {(trouble: unknown) => void} ways.onTrouble no code is to be had
     * @param {() => number} [ways.now] milliseconds
     */
    constructor({ now = Date.now, ...ways }) {
        this.ways = { now, ...ways };
        this.heard = new Map([
            ['ready', () => this.begin()],
            ['unread', ({ count }) => this.ways.onUnread(mark(count))],
            ['need-code', () => this.renew()],
            ['open', ({ ref }) => this.open(caseId(ref))]
        ]);
    }

    /** @param {unknown} said what came from the page; what is not understood is nothing */
    hear(said) {
        if (said?.caseroom === VERSION) {
            this.heard.get(said.type)?.(said);
        }
    }

    /** @param {string | undefined} ref the case that the agent sees now */
    see(ref) {
        if (ref && ref !== this.ref) {
            this.ref = ref;
            this.tellCase();
        }
    }

    /** A page is loaded anew. */
    reset() {
        this.isReady = false;
        this.codes = [];
    }

    begin() {
        this.isReady = true;
        this.ways.onReady();
        this.tellCase();
    }

    tellCase() {
        if (this.isReady && this.ref) {
            this.tell('case', { ref: this.ref });
        }
    }

    tell(type, facts) {
        this.ways.post({ caseroom: VERSION, type, ...facts });
    }

    open(ref) {
        if (ref) {
            this.ways.onOpen(ref);
        }
    }

    // One at a time, and not for ever: a page that is not let in with any code would ask without end.
    async renew() {
        if (this.isAsking) {
            return;
        }
        this.isAsking = true;
        try {
            this.count();
            this.tell('code', { code: await this.ways.fetchCode() });
        } catch (trouble) {
            this.ways.onTrouble(trouble);
        } finally {
            this.isAsking = false;
        }
    }

    count() {
        const since = this.ways.now() - WITHIN;
        this.codes = [...this.codes.filter((at) => at > since), this.ways.now()];
        if (this.codes.length > CODES_AT_MOST) {
            throw new Error('too many codes');
        }
    }
}

function mark(count) {
    if (!Number.isInteger(count) || count <= 0) {
        return '';
    }
    return count > COUNTED ? `${COUNTED}+` : String(count);
}
