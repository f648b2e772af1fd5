import { markOf, ownMark } from '../../src/core/files/owner-mark.js';

/** The mark of a process that has ended. None has this number: Linux gives at most 2^22 of them. */
export const ended = markOf(4_194_305);

/** The mark of a process that had the number of one that runs, before the host was restarted. */
export const reused = ownMark.replace(/\.\w+$/, '.1');

/** The mark of a process with the same number in another container. */
export const unseen = ended.replace(/^\d+/, '1');
