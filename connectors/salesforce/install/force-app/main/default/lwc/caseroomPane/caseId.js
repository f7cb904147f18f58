/**
 * Ids of cases. Salesforce, Object Reference, "ID Field Type": 15 characters in which case counts, or 18 whose last
 * three tell the case of the others. What an id begins with says of what it is: 500 of a case.
 */

const CASE_ID = /^500[A-Za-z0-9]{12}(?:[A-Z0-5]{3})?$/;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const SHORT = 15;
const BLOCK = 5;

/**
 * @param {unknown} given what may be the id of a case
 * @returns {string | undefined} its 18 characters; undefined where it is none
 */
export function caseId(given) {
    if (typeof given !== 'string' || !CASE_ID.test(given)) {
        return undefined;
    }
    const short = given.slice(0, SHORT);
    return short + checksum(short);
}

function checksum(short) {
    let letters = '';
    for (let start = 0; start < SHORT; start += BLOCK) {
        const capitals = [...short.slice(start, start + BLOCK)].map((sign) => /[A-Z]/.test(sign));
        letters += LETTERS[capitals.reduce((sum, isCapital, place) => sum + (isCapital ? 2 ** place : 0), 0)];
    }
    return letters;
}
