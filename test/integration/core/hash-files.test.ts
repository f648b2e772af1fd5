import { execFileSync } from 'node:child_process';
import { linkSync, mkdtempSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { project } from '../../support/commands.js';

describe('hashing more than one thread is worth', () => {
  let folder: string;
  const names = ['big', 'a', 'bigger', 'b c', 'empty'];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gitian hash '));
    for (const name of names) writeFileSync(join(folder, name), name);
    truncateSync(join(folder, 'big'), 40_000_000);
    truncateSync(join(folder, 'bigger'), 60_000_000);
    truncateSync(join(folder, 'empty'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** In a process that runs the compiled code, as threads begin with a compiled file. */
  const hashed = (files: readonly string[], signal = 'undefined'): string =>
    execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { sha256Files } = await import(${JSON.stringify(join(project, 'dist/core/files/hash-files.js'))});
         console.log((await sha256Files(${JSON.stringify(files)}, ${signal}).catch((error) => [error.message])).join('\\n'));`,
      ],
      { cwd: folder, encoding: 'utf8', timeout: 30_000 },
    );

  it('gives what sha256sum gives, in the order of the files', () => {
    const sums = execFileSync('sha256sum', ['--', ...names], { cwd: folder, encoding: 'utf8' });
    expect(hashed(names)).toBe(sums.replaceAll(/ .*/g, ''));
  });

  it('reads a file once, however many names it has', () => {
    const links = Array.from({ length: 3000 }, (_, count) => `link-${String(count)}`);
    for (const [count, link] of links.entries()) {
      if (count % 2 === 0) linkSync(join(folder, 'bigger'), join(folder, link));
      else symlinkSync('bigger', join(folder, link));
    }
    const [sum = ''] = execFileSync('sha256sum', ['--', 'bigger'], { cwd: folder, encoding: 'utf8' }).split(
      ' ',
    );
    expect(hashed(links)).toBe(`${sum}\n`.repeat(3000));
    for (const link of links) rmSync(join(folder, link));
  });

  it('takes two files of one size and time for two', () => {
    const twins = ['one', 'two'];
    for (const name of twins) {
      writeFileSync(join(folder, name), name);
      utimesSync(join(folder, name), 1, 1);
    }
    const sums = execFileSync('sha256sum', ['--', ...twins], { cwd: folder, encoding: 'utf8' });
    expect(hashed(twins)).toBe(sums.replaceAll(/ .*/g, ''));
  });

  it('begins nothing when it is aborted before', () => {
    writeFileSync(join(folder, 'huge'), '');
    truncateSync(join(folder, 'huge'), 2 ** 40);
    expect(hashed(['huge', 'a'], `AbortSignal.abort(new Error('enough'))`)).toBe('enough\n');
    rmSync(join(folder, 'huge'));
  });

  it('says which file can not be read', () => {
    expect(hashed([...names, 'gone'])).toMatch(/^ENOENT: no such file or directory, open 'gone'\n$/);
  });
});
