import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readGitianFolder, type GitianFolder } from '../../../src/updater/package/gitian-folder.js';
import { packageLayout } from '../../../src/updater/package/layout.js';
import { openArchive } from '../../../src/zip/archive.js';
import { makeZip, type MadeMember } from '../../support/samples/zip-maker.js';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'package-')), 'a.zip');
});
afterEach(() => {
  rmSync(join(path, '..'), { recursive: true });
});

async function read(members: readonly MadeMember[]): Promise<GitianFolder> {
  writeFileSync(path, makeZip(members));
  await using archive = await openArchive(path);
  const { layout, problems } = packageLayout(archive.members, 2 ** 32);
  expect(problems).toEqual([]);
  const wanted = { layout, stems: new Set(['alice', 'x/alice']) };
  return await readGitianFolder(archive, wanted, new AbortController().signal);
}

it("a package's assertions, in the order of their paths, signatures and the keys of signers are read", async () => {
  const { keys, assertions, problems } = await read(
    [
      'gitian/b.assert',
      'gitian/alice/a.assert.sig',
      'gitian/alice/a.assert',
      'gitian/alice-key.pgp',
      'gitian/mallory-key.pgp',
      'gitian/x/alice-key.pgp',
      'gitian/x/gitian/alice-key.pgp',
      'gitian/notes',
      'other/c.assert',
      'bin/gitian/alice-key.pgp',
    ].map((name) => ({ name, data: `of ${name}` })),
  );
  const texts = assertions.map(({ assertion, signature }) => [assertion, signature]);
  expect(texts.flat().map((text) => text?.bytes.toString())).toEqual([
    'of gitian/alice/a.assert',
    'of gitian/alice/a.assert.sig',
    'of gitian/b.assert',
    undefined,
  ]);
  expect([...keys].map(([stem, key]) => [stem, key.bytes.toString()])).toEqual([
    ['alice', 'of gitian/alice-key.pgp'],
  ]);
  expect(problems).toEqual([]);
});

const mebibyte = 1 << 20;
/** Says that it is larger than it is, as only reading it shows. */
const sized = (name: string, size: number): MadeMember => ({
  name,
  data: 'x',
  deflated: true,
  says: { size },
});

it.each([
  ['gitian/alice-key.pgp', mebibyte],
  ['gitian/a.assert', 16 * mebibyte],
  ['gitian/a.assert.sig', mebibyte],
])('%s is read up to %d bytes only', async (name, limit) => {
  await expect(read([sized(name, limit)])).rejects.toThrow('unpacks to less than it says');
  expect(await read([sized(name, limit + 1)])).toMatchObject({
    assertions: [],
    problems: [`"${name}" is too large`],
  });
});

it('64 MiB of a package are read only, however many files they are in', async () => {
  const four = [1, 2, 3, 4].map((index) => sized(`gitian/${String(index)}.assert`, 16 * mebibyte));
  await expect(read(four)).rejects.toThrow('unpacks to less than it says');
  // Beside it, so that nobody takes it for a bomb.
  const filler = { name: 'filler', data: randomBytes(mebibyte) };
  expect(await read([...four, sized('gitian/5.assert', 1), filler])).toMatchObject({
    assertions: [],
    problems: ['its keys and assertions are too large'],
  });
});

it('what is large, but neither a key of a signer nor an assertion, does not matter', async () => {
  const { problems } = await read([
    sized('gitian/mallory-key.pgp', 30 * mebibyte),
    sized('other/a.assert', 30 * mebibyte),
  ]);
  expect(problems).toEqual([]);
});
