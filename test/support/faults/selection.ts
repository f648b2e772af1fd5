/** Whether every fault is tried in every step (`npm run faults`), or a selection that takes a minute or two. */
export const everyFault = process.env['GITIAN_FAULTS'] === 'all';
