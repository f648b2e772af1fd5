/** Whether tests that take long here are wanted all the same: `GITIAN_TEST_ALL`. */
export const triesAll = process.env['GITIAN_TEST_ALL'] !== undefined;

/** What the name of such a test ends with where it is left out. */
export const unlessAll = triesAll ? '' : ' (with GITIAN_TEST_ALL)';
