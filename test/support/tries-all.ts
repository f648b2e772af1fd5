/** Whether tests that take long here are wanted all the same: `GITIAN_TEST_ALL`. */
export const triesAll = process.env['GITIAN_TEST_ALL'] !== undefined;
