/**
 * The words that core, widget and pane share. Types only; nothing runs here.
 *
 * @typedef {'text' | 'image' | 'file' | 'line' | 'unknown'} Kind
 * @typedef {'joined' | 'left' | 'removed' | 'deleted' | 'lost' | 'recalled'} LineCode what a line tells, to be put into words by `texts`
 *
 * @typedef {object} Quote the earlier message that one answers
 * @property {number} seq
 * @property {string} from account
 * @property {string} text at most 200 characters
 *
 * @typedef {object} Message one message, wherever it came from
 * @property {string} id unique in a conversation
 * @property {string} group id of the group it was said in
 * @property {string} key by which a resend is recognised; '' when the sender gave none
 * @property {number} seq the group's own count; 0 while it is not sent
 * @property {string} from account
 * @property {string} nick the sender's name; '' when not known
 * @property {number} at milliseconds since 1970
 * @property {Kind} kind
 * @property {'in' | 'out'} flow
 * @property {'sending' | 'sent' | 'failed'} status
 * @property {number} [life] which life of the case its group is
 * @property {string} [text]
 * @property {string} [url]
 * @property {string} [thumb] a smaller picture of the same image
 * @property {string} [name] of a file
 * @property {number} [size] in bytes
 * @property {number} [width] in pixels
 * @property {number} [height] in pixels
 * @property {Quote} [quote]
 * @property {LineCode} [line]
 * @property {string[]} [who] accounts that a line is about
 * @property {number} [progress] 0 to 1, while a file goes out
 * @property {string} [why] code of the failure
 *
 * @typedef {object} Draft what somebody wants to say
 * @property {string} key made once with `newKey`
 * @property {number} at milliseconds since 1970
 * @property {'text' | 'image' | 'file'} kind
 * @property {string} [text]
 * @property {File} [file]
 * @property {Quote} [quote]
 * @property {string} [group] the group that it was meant for
 * @property {boolean} [tried] it went out once, and the outcome is not known
 *
 * @typedef {object} Member
 * @property {string} id account
 * @property {string} name '' when not known
 *
 * @typedef {object} Usersig the service's login ticket
 * @property {string} userID
 * @property {string} userSig
 * @property {number} sdkAppID
 * @property {number} expiresAt Unix seconds
 * @property {string} [visitorToken]
 *
 * @typedef {object} CaseView the service's answer about a case
 * @property {string} GroupId
 * @property {string | null} caseId
 * @property {'opening' | 'open' | 'solved' | 'closed'} state
 * @property {string} userID
 * @property {string} [visitorToken]
 * @property {string} [desc] the first question, where the service tells it
 * @property {number} [openedAt] Unix seconds
 *
 * @typedef {object} ServiceMessage a message as the service tells it; `body` holds Tencent's elements
 * @property {string} GroupId
 * @property {number} life
 * @property {number} seq
 * @property {string} sender
 * @property {number} sentAt Unix seconds
 * @property {string} kind message, deleted or lost
 * @property {boolean} isConfirmed
 * @property {Record<string, any>[]} body
 * @property {string} [nick]
 * @property {string} [cloudCustomData]
 */
export {};
