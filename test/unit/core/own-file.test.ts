import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readOwnText } from '../../../src/core/files/own-file.js';
import { openFiles } from '../../support/open-files.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'own-'));
  path = join(folder, 'file');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

it('is read, through a link too', async () => {
  writeFileSync(path, 'text');
  symlinkSync('file', join(folder, 'link'));
  expect([await readOwnText(path), await readOwnText(join(folder, 'link'))]).toEqual(['text', 'text']);
  expect(openFiles()).not.toContain(path);
});

it('may be missing, its folder too', async () => {
  expect([await readOwnText(path), await readOwnText(join(path, 'below'))]).toEqual([undefined, undefined]);
});

it.each<[string, () => void, string]>([
  [
    'a folder',
    () => {
      mkdirSync(path);
    },
    'it is a folder',
  ],
  ['a FIFO', () => execFileSync('mkfifo', [path]), 'it is no regular file'],
  [
    'a device',
    () => {
      symlinkSync('/dev/zero', path);
    },
    'it is no regular file',
  ],
  [
    'more than fits into memory',
    () => {
      writeFileSync(path, '');
      truncateSync(path, 2 ** 40);
    },
    'it has more than 67108864 bytes',
  ],
])('%s in its place is named, and nobody waits for it', async (_title, make, reason) => {
  make();
  await expect(readOwnText(path)).rejects.toMatchObject({
    code: 'path-unusable',
    message: `"${path}" can't be used: ${reason}`,
  });
  expect(openFiles()).not.toContain(path);
});

it('a socket in its place is named', async () => {
  const server = createServer().listen(path);
  await once(server, 'listening');
  await expect(readOwnText(path)).rejects.toThrow('it is no regular file');
  server.close();
});
