import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  readBoundedFile,
  readBoundedFileNow,
  readSmallFileNow,
  type BoundedFile,
} from '../../../src/core/files/bounded-file.js';
import { openFiles } from '../../support/open-files.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bounded-'));
  path = join(folder, 'file');
});
afterEach(() => {
  expect(openFiles()).not.toContain(path);
  rmSync(folder, { recursive: true });
});

type Read = (path: string, limit: number) => BoundedFile | Promise<BoundedFile>;

describe.each<[string, Read]>([
  ['when it comes', readBoundedFile],
  ['at once', readBoundedFileNow],
])('a file of bounded size that is read %s', (_, read) => {
  it.each(['', 'text'])('is read up to the limit: %j', async (text) => {
    writeFileSync(path, text);
    expect(await read(path, 4)).toEqual({ kind: 'read', bytes: Buffer.from(text) });
  });

  it('is not read above it', async () => {
    writeFileSync(path, 'texts');
    expect(await read(path, 4)).toEqual({ kind: 'unreadable', reason: 'it has more than 4 bytes' });
  });

  it('may be missing', async () => {
    expect(await read(path, 4)).toEqual({ kind: 'missing', reason: 'it does not exist' });
  });

  it('may have fewer bytes than the system says', async () => {
    // It says 4096, of a number and a line feed.
    const { kind, bytes } = (await read('/sys/kernel/uevent_seqnum', 1 << 20)) as {
      kind: string;
      bytes: Buffer;
    };
    expect(kind).toBe('read');
    expect(bytes.toString('latin1')).toMatch(/^\d+\n$/);
  });

  it.each<[string, () => void]>([
    [
      'a folder',
      () => {
        mkdirSync(path);
      },
    ],
    ['a FIFO', () => execFileSync('mkfifo', [path])],
    [
      'a device',
      () => {
        symlinkSync('/dev/zero', path);
      },
    ],
  ])('is none where %s is, and nobody waits for it', async (_title, make) => {
    make();
    expect(await read(path, 4)).toEqual({ kind: 'unreadable', reason: 'it is not a file' });
  });

  it('is unreadable through links that lead in a circle', async () => {
    symlinkSync('file', path);
    expect(await read(path, 4)).toMatchObject({ kind: 'unreadable' });
  });
});

describe('a small file', () => {
  it('is read, and of a larger one it is said how large it is', () => {
    writeFileSync(path, 'text');
    expect(readSmallFileNow(path, 8, 4)).toEqual({ kind: 'read', bytes: Buffer.from('text') });
    expect(readSmallFileNow(path, 8, 3)).toEqual({ kind: 'found', size: 4 });
    expect(readSmallFileNow(path, 3, 3)).toEqual({ kind: 'unreadable', reason: 'it has more than 3 bytes' });
  });
});
