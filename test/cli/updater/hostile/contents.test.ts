import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeZip } from '../../../support/samples/zip-maker.js';
import { attackedInstallation, without, type Attack } from '../../../support/updater/attacks.js';

const here = attackedInstallation();

const sizes: readonly Attack[] = [
  [
    'a bomb',
    () => [...here.members(), { name: 'bomb', data: Buffer.alloc(100 << 20), deflated: true }],
    /unpacks from .* to 100.* MiB, as zip bombs do/,
  ],
  [
    'a bomb that lies of its size',
    () =>
      here
        .members()
        .map((member) =>
          member.name === 'README' ? { ...member, data: Buffer.alloc(8 << 20), says: { size: 4 } } : member,
        ),
    /"README" unpacks to more than it says/,
  ],
  [
    'a size beyond all limits',
    () => [...here.members(), { name: 'huge', deflated: true, says: { size: 0xffff_fff0 } }],
    /unpacks to 4\.\d GiB, and 4\.0 GiB is the limit|as zip bombs do/,
  ],
  [
    'members that share their data',
    () => [
      ...here.members(),
      ...Array.from({ length: 50 }, (_, index) => ({
        name: `s${String(index)}`,
        data: 'one',
        sharesWith: 0,
      })),
    ],
    /shares bytes with another|another name/,
  ],
  [
    'comments of 64 KiB, in a directory that would be kept in memory',
    () => [
      ...here.members(),
      ...Array.from({ length: 300 }, (_, index) => ({
        name: `c${String(index)}`,
        comment: 'x'.repeat(0xffff),
      })),
    ],
    /its directory is larger than 16 MiB/,
  ],
  [
    'an assertion of 17 MiB',
    () => [
      ...here.members(),
      { name: 'gitian/x.assert', data: Buffer.alloc(17 << 20, 'many words '), deflated: true },
    ],
    /"gitian\/x\.assert" is too large/,
  ],
];

const contents: readonly Attack[] = [
  [
    'no zip',
    () => Buffer.from('<!DOCTYPE html><p>Log in to go on'),
    /it is not a zip, or its end is missing/,
  ],
  ['nothing', () => Buffer.alloc(0), /it is not a zip, or its end is missing/],
  ['half a zip', () => makeZip(here.members()).subarray(0, 900), /it is not a zip, or its end is missing/],
  ['a zip without anything', () => [], /there is no assertion in it that a configured signer signed/],
  ['a zip without assertions', () => here.members({ signers: [] }), /there is no assertion in it/],
  [
    'encrypted files',
    () => here.members().map((member) => (member.name === 'README' ? { ...member, flags: 0x801 } : member)),
    /is encrypted/,
  ],
  [
    'a damaged file',
    () =>
      here.members().map((member) => (member.name === 'README' ? { ...member, says: { crc32: 1 } } : member)),
    /"README" has a wrong checksum/,
  ],
  [
    'another file than the signed one',
    () =>
      here.members().map((member) => (member.name === 'bin/hello' ? { ...member, data: 'evil' } : member)),
    /the file "bin\/hello" is not the one that was signed/,
  ],
  ['a file too few', () => without(here.members(), 'README'), /the file "README" is missing/],
  [
    'two names for a file in its two headers',
    () =>
      here
        .members()
        .map((member) => (member.name === 'README' ? { ...member, localName: 'EVIL!!' } : member)),
    /another name in its own header/,
  ],
];

describe('a package with a size such as', () => {
  it.each(sizes)('%s: refused', async (...attack) => here.refuses(attack));
});

describe('a package with a content such as', () => {
  it.each(contents)('%s: refused', async (...attack) => here.refuses(attack));
});

describe('a package', () => {
  it('that is refused leaves nothing where nothing was', async () => {
    here.world.serve(here.members({ signers: ['alice'] }));
    here.world.configureUrl();
    expect((await here.world.update()).exitCode).toBe(5);
    expect(readdirSync(here.world.folder)).toEqual(['config.yml']);
  });
});
