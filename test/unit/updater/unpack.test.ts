import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/files/hashing.js';
import { packageLayout } from '../../../src/updater/package/layout.js';
import { unpack, type Unpacked } from '../../../src/updater/package/unpack.js';
import { openArchive } from '../../../src/zip/archive.js';
import { makeZip, type MadeMember } from '../../support/samples/zip-maker.js';

let folder: string;
let into: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unpack-'));
  into = join(folder, 'into');
  await mkdir(into);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const members: readonly MadeMember[] = [
  { name: 'bin/run', data: 'run', mode: 0o100755 },
  { name: 'text', data: 'text', deflated: true, mode: 0o100644 },
  { name: 'unlisted', data: 'x' },
];
const { signal } = new AbortController();

type Wanted = Pick<Parameters<typeof unpack>[0], 'outputs' | 'optionals'>;

async function unpacked(wanted: Wanted): Promise<Unpacked> {
  writeFileSync(join(folder, 'a.zip'), makeZip(members));
  await using archive = await openArchive(join(folder, 'a.zip'));
  const { layout } = packageLayout(archive.members, 1 << 20);
  return await unpack({ archive, layout, into, signal, ...wanted }, () => undefined);
}

it('what a manifest lists is unpacked, and nothing else', async () => {
  const files = [
    ['bin/run', sha256('run')],
    ['text', sha256('text')],
  ] as const;
  expect(await unpacked({ outputs: new Map(files), optionals: [] })).toEqual({
    files: new Map(files),
    missing: [],
    problems: [],
  });
  expect(readdirSync(into).sort()).toEqual(['bin', 'text']);
  expect([readFileSync(join(into, 'bin/run'), 'utf8'), readFileSync(join(into, 'text'), 'utf8')]).toEqual([
    'run',
    'text',
  ]);
  expect(['bin/run', 'text'].map((path) => lstatSync(join(into, path)).mode & 0o100)).toEqual([0o100, 0]);
});

it('what is not what was signed, or not there, is told, but of what may be missing', async () => {
  const outputs = new Map([
    ['text', sha256('other')],
    ['gone', sha256('gone')],
    ['maybe', sha256('maybe')],
  ]);
  expect(await unpacked({ outputs, optionals: ['maybe', 'text'] })).toEqual({
    files: new Map(),
    missing: ['maybe'],
    problems: ['the file "text" is not the one that was signed', 'the file "gone" is missing'],
  });
});

it('nothing is written through a link that somebody put there', async () => {
  writeFileSync(join(folder, 'outside'), 'as it was');
  symlinkSync('../outside', join(into, 'text'));
  const outputs = new Map([['text', sha256('text')]]);
  await expect(unpacked({ outputs, optionals: [] })).rejects.toMatchObject({ code: 'EEXIST' });
  expect(readFileSync(join(folder, 'outside'), 'utf8')).toBe('as it was');
});
