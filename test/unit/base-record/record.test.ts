import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBaseRecord, parseBaseRecord, readBaseRecord } from '../../../src/base-record/read.js';
import { recordPath, writeBaseRecord, type BaseRecord } from '../../../src/base-record/record.js';

const hex = (character: string): string => character.repeat(64);
const record: BaseRecord = {
  format: 1,
  distro: 'debian',
  suite: 'bookworm',
  architecture: 'amd64',
  image: { sha256: hex('a'), bytes: 4096 },
  made: { at: '2026-01-02T03:04:05.678Z', by: { gitian: '0.1.0', mmdebstrap: '1.3.5' } },
  sourceDateEpoch: 1_700_000_000,
  sources: {
    installed: ['deb http://127.0.0.1:3142/a.test/debian bookworm main contrib'],
    guest: ['deb http://10.0.2.2:3142/a.test/debian bookworm main contrib'],
  },
  releases: [
    {
      origin: 'Debian',
      suite: 'stable',
      codename: 'bookworm',
      date: '2026-01-01T00:00:00.000Z',
      sha256: hex('b'),
    },
  ],
  packages: [
    { name: 'hello', version: '1:2.10-3', architecture: 'amd64', file: 'pool/hello.deb', sha256: hex('c') },
  ],
};

describe('the record of a base image', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gitian-record-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('lies beside the image', () => {
    expect(recordPath('/workspace/base-bookworm-amd64')).toBe('/workspace/base-bookworm-amd64.json');
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(
        fc.record({
          distro: fc.string(),
          suite: fc.string(),
          architecture: fc.string(),
          sourceDateEpoch: fc.nat(),
          packages: fc.array(
            fc.record({
              name: fc.string({ unit: 'binary' }),
              version: fc.string(),
              architecture: fc.string(),
              file: fc.string(),
              sha256: fc.constant(hex('d')),
            }),
          ),
        }),
        (parts) => {
          const written = { ...record, ...parts };
          expect(parseBaseRecord(writeBaseRecord(written), 'x')).toEqual(written);
        },
      ),
    );
  });

  it('is read from its file, and nothing where there is none', async () => {
    const image = join(folder, 'base');
    await expect(readBaseRecord(image)).resolves.toBeUndefined();
    await writeFile(recordPath(image), writeBaseRecord(record));
    await expect(readBaseRecord(image)).resolves.toEqual(record);
    await expect(findBaseRecord(image)).resolves.toEqual(record);
  });

  it('may be none for those who can do without', async () => {
    const image = join(folder, 'broken');
    await expect(findBaseRecord(image)).resolves.toBeUndefined();
    await writeFile(recordPath(image), '{}');
    await expect(findBaseRecord(image)).resolves.toBeUndefined();
    await expect(readBaseRecord(image)).rejects.toMatchObject({ code: 'base-record-invalid' });
  });

  it.each([
    ['', 'it is not JSON'],
    ['{"format":', 'it is not JSON'],
    ['null', 'it must be an object'],
    ['[]', 'it must be an object'],
    [JSON.stringify({ ...record, format: 2 }), '"format" must be 1'],
    [JSON.stringify({ ...record, distro: 1 }), '"distro" must be text'],
    [JSON.stringify({ ...record, image: { sha256: 'abc', bytes: 1 } }), '"image.sha256" must be a SHA-256'],
    [
      JSON.stringify({ ...record, image: { sha256: hex('a'), bytes: -1 } }),
      '"image.bytes" must be a whole number',
    ],
    [JSON.stringify({ ...record, made: { at: 'today', by: {} } }), '"made.at" must be a time'],
    [
      JSON.stringify({ ...record, made: { at: record.made.at, by: { x: 1 } } }),
      '"made.by" must be named texts',
    ],
    [JSON.stringify({ ...record, packages: {} }), '"packages" must be a list'],
    [
      JSON.stringify({ ...record, packages: [{ ...record.packages[0], sha256: hex('G') }] }),
      '"packages[0].sha256" must be a SHA-256',
    ],
    [JSON.stringify({ ...record, sources: undefined }), '"sources" must be an object'],
  ])('refuses %j', (text, problem) => {
    expect(() => parseBaseRecord(text, 'base.json')).toThrow(
      `"base.json" is not a base image's record: ${problem}`,
    );
  });

  const hostKey = `ssh-ed25519 ${'A'.repeat(68)}`;
  const machine = { hostKey, diskMiB: 12_287, architecture: 'amd64', packages: record.packages };

  it.each([[machine], [{ ...machine, kernel: { sha256: hex('e') }, initrd: { sha256: hex('f') } }]])(
    'says of a machine %j',
    (said) => {
      const written: BaseRecord = { ...record, machine: said };
      expect(parseBaseRecord(writeBaseRecord(written), 'x')).toEqual(written);
    },
  );

  it.each([
    [null, '"machine" must be an object'],
    [{ ...machine, hostKey: 'ssh-rsa AAAA' }, '"machine.hostKey" must be an ed25519 key'],
    [{ ...machine, hostKey: `${hostKey}\n* ${hostKey}` }, '"machine.hostKey" must be an ed25519 key'],
    [{ ...machine, diskMiB: '12287' }, '"machine.diskMiB" must be a whole number'],
    [{ ...machine, architecture: undefined }, '"machine.architecture" must be text'],
    [{ ...machine, kernel: { sha256: 'x' } }, '"machine.kernel.sha256" must be a SHA-256'],
    [{ ...machine, initrd: null }, '"machine.initrd" must be an object'],
    [{ ...machine, packages: undefined }, '"machine.packages" must be a list'],
  ])('refuses of a machine %j', (said, problem) => {
    const written = JSON.stringify({ ...record, machine: said });
    expect(() => parseBaseRecord(written, 'x')).toThrow(`"x" is not a base image's record: ${problem}`);
  });

  it('names no more than five problems', () => {
    expect(() => parseBaseRecord('{}', 'x')).toThrow(/^(?:[^;]*;){4}[^;]*$/);
  });
});
