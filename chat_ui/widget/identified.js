/** A customer whom the shop's own server knows: it gets his UserSig and opens his case; this browser only talks. */

import { ServiceError } from '../core/service.js';

/**
 * @typedef {object} Identity
 * @property {string} userID
 * @property {string} userSig
 * @property {number} sdkAppID
 * @property {number} expiresAt Unix seconds
 * @property {string} groupId the group of his case
 * @property {() => Promise<Identity>} [renew] asks the shop's server for the next one
 */

export class IdentifiedService {
  road = 'identified';
  isKnown = true;

  /** @param {Identity} identity */
  constructor(identity) {
    this.identity = identity;
  }

  /** @returns {Promise<Identity>} a login ticket, renewed through the page when it is about to end */
  async usersig() {
    const isFresh = this.identity.expiresAt * 1000 - Date.now() > 60_000;
    if (!isFresh && this.identity.renew) this.identity = { ...this.identity, ...(await this.identity.renew()) };
    return this.identity;
  }

  async latest() {
    const { groupId, userID } = this.identity;
    return { GroupId: groupId, caseId: null, state: 'open', userID };
  }

  async messages() {
    return { messages: [], before: null };
  }

  async open() {
    throw new ServiceError('not_set_up');
  }

  async end() {
    throw new ServiceError('not_allowed');
  }

  async forget() {
    throw new ServiceError('not_allowed');
  }
}
