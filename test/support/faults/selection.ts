/** Whether every fault is tried in every step (`npm run faults`), or a selection that takes a minute or two. */
export const everyFault = process.env['GITIAN_FAULTS'] === 'all';

/** Before how many calls of a command a fault strikes, at most: `GITIAN_FAULT_CALLS`. */
export const mostCalls = Number(process.env['GITIAN_FAULT_CALLS'] ?? Infinity);
