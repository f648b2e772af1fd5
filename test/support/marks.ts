import { ownMark } from '../../src/core/owner-mark.js';

/** The mark of a process that has ended. None has this number: Linux gives at most 2^22 of them. */
export const ended = ownMark.replace(/\d+$/, '4194305');

/** The mark of a process with the same number in another container. */
export const unseen = ended.replace(/^\d+/, '1');
