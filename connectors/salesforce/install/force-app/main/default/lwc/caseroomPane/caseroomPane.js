import { LightningElement, api, wire } from 'lwc';
import { CurrentPageReference, NavigationMixin } from 'lightning/navigation';
import { EnclosingUtilityId, updateUtility } from 'lightning/platformUtilityBarApi';
import openPage from '@salesforce/apex/CaseroomPane.open';
import loading from '@salesforce/label/c.Caseroom_Loading';
import noAnswer from '@salesforce/label/c.Caseroom_No_Answer';
import noCode from '@salesforce/label/c.Caseroom_No_Code';
import retry from '@salesforce/label/c.Caseroom_Retry';
import title from '@salesforce/label/c.Caseroom_Title';
import { caseId } from './caseId';
import { Talk } from './talk';

const PATIENCE = 20_000;

/**
 * The agents' page in a frame, for the utility bar and for the page of a case.
 */
export default class CaseroomPane extends NavigationMixin(LightningElement) {
    labels = { loading, retry, title };
    address;
    trouble;
    isOpening = false;
    patience;

    @wire(EnclosingUtilityId) utilityId;

    talk = new Talk({
        post: (message) => this.post(message),
        fetchCode: async () => codeIn(await openPage()),
        onReady: () => this.settle(),
        onUnread: (unread) => this.showUnread(unread),
        onOpen: (ref) => this.openCase(ref),
        onTrouble: (trouble) => this.settle(wordsOf(trouble))
    });

    /** The case, where this stands on its page; in the utility bar there is none. */
    @api
    get recordId() {
        return this.talk.ref;
    }

    set recordId(given) {
        this.talk.see(caseId(given));
    }

    @wire(CurrentPageReference)
    seePage(page) {
        this.talk.see(caseId(page?.attributes?.recordId));
    }

    connectedCallback() {
        window.addEventListener('message', this.hear);
        this.start();
    }

    disconnectedCallback() {
        window.removeEventListener('message', this.hear);
        clearTimeout(this.patience);
    }

    start = async () => {
        this.talk.reset();
        this.settle();
        this.address = undefined;
        this.isOpening = true;
        try {
            this.address = await openPage();
            // A frame that the browser refuses looks like one that is slow: nothing else tells.
            // eslint-disable-next-line @lwc/lwc/no-async-operation -- it is cleared when the page is there, or this gone
            this.patience = setTimeout(() => this.settle(noAnswer), PATIENCE);
        } catch (trouble) {
            this.settle(wordsOf(trouble));
        }
    };

    settle(trouble) {
        clearTimeout(this.patience);
        this.isOpening = false;
        this.trouble = trouble;
    }

    hear = (event) => {
        const page = this.refs.page?.contentWindow;
        if (page && event.source === page) {
            this.talk.hear(event.data);
        }
    };

    // The frame has no origin to name. What goes there is for the page alone: the frame is ours, and where it can go is
    // the org's list of trusted URLs.
    post(message) {
        this.refs.page?.contentWindow.postMessage(message, '*');
    }

    showUnread(unread) {
        if (this.utilityId) {
            const label = unread ? `${title} (${unread})` : title;
            updateUtility(this.utilityId, { label, highlighted: Boolean(unread) });
        }
    }

    openCase(ref) {
        const attributes = { recordId: ref, objectApiName: 'Case', actionName: 'view' };
        this[NavigationMixin.Navigate]({ type: 'standard__recordPage', attributes });
    }
}

function codeIn(address) {
    return new URLSearchParams(address.slice(address.indexOf('#') + 1)).get('code');
}

function wordsOf(trouble) {
    return trouble?.body?.message || noCode;
}
