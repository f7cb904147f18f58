/** What the chat cloud and its SDK refuse, in our words. https://cloud.tencent.com/document/product/269/1671 */

/** Why the chat cloud did not take something; `code` is ours: see WHY. `isUncertain`: it may have arrived all the same. */
export class ChatError extends Error {
  /** @param {string} code @param {number | string} [said] the SDK's own code */
  constructor(code, said = '') {
    super(`${code} ${said}`.trim());
    this.name = 'ChatError';
    this.code = code;
    this.isUncertain = code === 'offline' || code === 'timeout' || code === 'upload_failed';
  }
}

/** The SDK's and the cloud's codes -> ours. */
const WHY = new Map(Object.entries({
  offline: [2800, 2801, 2805, 2999, 2024, 3001, 3005, 6010, 6012],
  too_big: [2253, 2301, 2351, 2402, 2107, 80002],
  bad_type: [2252, 2352],
  no_file: [2108, 2251, 2401],
  upload_failed: [2040, 2041, 2250, 2300, 2350, 2400, 2403],
  not_member: [10007, 10010, 10015, 2501, 2603, 2623],
  muted: [10016, 10017, 20012],
  too_fast: [2996, 10023],
  refused: [80001, 60022, 3122, 3123],
  signed_out: [3002, 3003, 3004, 3006, 70001, 70003, 70009, 70013, 70052],
}).flatMap(([ours, codes]) => codes.map((code) => [code, ours])));

/** @param {any} error @returns {ChatError} */
export function chatError(error) {
  if (error instanceof ChatError) return error;
  return new ChatError(WHY.get(Number(error?.code)) || 'unknown', error?.code ?? error?.message);
}
