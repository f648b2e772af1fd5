import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineRecord } from '../../../../src/target/kvm/base-files.js';

const configuration = { suite: 'bookworm', architecture: 'amd64' };

describe('the record of a machine', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gitian-base-files-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('says nothing where there is none', async () => {
    const record = await machineRecord(join(folder, 'none.qcow2'), configuration);
    expect(record).toEqual({ hostKey: undefined, is64Bit: true });
  });

  it('is refused where it is broken, so that no guest is taken without its host key', async () => {
    const image = join(folder, 'base.qcow2');
    writeFileSync(`${image}.json`, '{"format": 1, "machine": {}}');
    await expect(machineRecord(image, configuration)).rejects.toMatchObject({
      code: 'base-record-invalid',
      exitCode: 2,
    });
  });
});
