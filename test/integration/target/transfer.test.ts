import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendFiles } from '../../../src/target/transfer.js';
import { until } from '../../support/until.js';

describe('files that are sent into a guest', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gitian-transfer-'));
    await writeFile(join(directory, 'large'), Buffer.alloc(8 << 20));
  });
  afterAll(async () => rm(directory, { recursive: true }));

  it('hold nobody up where the guest is gone before it has read any', async () => {
    let gone = 0;
    const sending = sendFiles(
      async (_, { stdin }) => {
        const waiting = stdin as PassThrough;
        await until(
          () => waiting.readableLength,
          (length) => length >= waiting.readableHighWaterMark,
        );
        gone = performance.now();
        throw new Error('gone');
      },
      { directory, names: ['large'] },
      { to: '' },
    );
    await expect(sending).rejects.toThrow('gone');
    expect(performance.now() - gone).toBeLessThan(4000);
  });
});
