import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemWords } from '../../../src/core/words/system-words.js';

describe('systemWords', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'system-words-'));
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder'));
    symlinkSync('circle', join(folder, 'circle'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const read = (name: string): unknown => readFileSync(join(folder, name));
  it.each<[string, () => unknown]>([
    ['it does not exist', () => read('gone')],
    ['it does not exist', () => readdirSync(join(folder, 'gone'))],
    ['it is not a folder', () => readdirSync(join(folder, 'file'))],
    ['it lies below a file', () => read('file/x')],
    ['it is a folder', () => read('folder')],
    ['its links lead in a circle', () => read('circle')],
    ['its name is too long', () => read('x'.repeat(300))],
    ['something is there already', () => openSync(join(folder, 'file'), 'ax')],
    [
      'no folder can be made there',
      () => {
        mkdirSync('/proc/gitian');
      },
    ],
    [
      '"/proc/version" is not a folder',
      () => {
        mkdirSync('/proc/version');
      },
    ],
    [
      'directory not empty',
      () => {
        rmdirSync(folder);
      },
    ],
  ])('says %j', (words, act) => {
    let thrown: unknown;
    try {
      act();
    } catch (error) {
      thrown = error;
    }
    expect(systemWords(thrown)).toBe(words);
  });

  it('has words for what is not permitted, and leaves other errors theirs', () => {
    const error = Object.assign(new Error("EACCES: permission denied, open 'x'"), { code: 'EACCES' });
    expect(systemWords(error)).toBe('permission is denied');
    expect(systemWords(new Error('a key is missing'))).toBe('a key is missing');
    expect(systemWords('nothing')).toBe('nothing');
  });
});
