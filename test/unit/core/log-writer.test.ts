import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogWriter } from '../../../src/core/words/log-writer.js';
import { run } from '../../../src/core/processes/process.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gitian-log-'));
  path = join(folder, 'build.log');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('LogWriter', () => {
  it('empties the file and then holds all that was written', async () => {
    await writeFile(path, 'of the last build\n');
    {
      await using log = await LogWriter.create(path);
      log.note('first');
      log.write(Buffer.from([0, 255, 10]));
    }
    expect(await readFile(path)).toEqual(Buffer.concat([Buffer.from('first\n'), Buffer.from([0, 255, 10])]));
  });

  it('remembers the last lines', async () => {
    await using log = await LogWriter.create(path);
    expect(log.lastLines(3)).toEqual([]);
    for (const line of ['a', 'b', '', 'c']) log.note(line);
    log.write('without an end');
    expect(log.lastLines(3)).toEqual(['', 'c', 'without an end']);
    expect(log.lastLines(100)).toEqual(['a', 'b', '', 'c', 'without an end']);
  });

  it('remembers the end of a log that is larger than what it keeps', async () => {
    await using log = await LogWriter.create(path);
    for (let index = 0; index < 20_000; index += 1) log.write(`line ${String(index)}\n`);
    await new Promise((resolve) => log.write('', resolve));
    expect(log.lastLines(2)).toEqual(['line 19998', 'line 19999']);
    expect(log.lastLines(1_000_000).length).toBeLessThan(10_000);
  });

  it('is bounded: what comes after the limit is remembered, and neither written nor passed on', async () => {
    const seen: Uint8Array[] = [];
    {
      await using log = await LogWriter.create(path, { passOn: (bytes) => seen.push(bytes), limit: 10 });
      log.write('12345678');
      expect(log.wasCut).toBe(false);
      log.write('90abc');
      for (let index = 0; index < 1000; index += 1) log.write('more\n');
      expect([log.wasCut, log.lastLines(1)]).toEqual([true, ['more']]);
    }
    const text = await readFile(path, 'utf8');
    expect(text).toBe('1234567890\n(the log ends here: it holds no more)\n');
    expect(Buffer.concat(seen).toString()).toBe(text);
  });

  it('is bounded by a gibibyte if nobody says another limit', async () => {
    let passedOn = 0;
    await using log = await LogWriter.create('/dev/null', { passOn: ({ length }) => (passedOn += length) });
    const piece = Buffer.alloc(1 << 26);
    for (let count = 0; count < 16; count += 1) await new Promise((resolve) => log.write(piece, resolve));
    expect([log.wasCut, passedOn]).toEqual([false, 1 << 30]);
    log.write('x');
    expect(log.wasCut).toBe(true);
  });

  it('holds exactly as much as it may without a word', async () => {
    {
      await using log = await LogWriter.create(path, { limit: 5 });
      log.write('1234\n');
      log.write('');
      expect(log.wasCut).toBe(false);
    }
    expect(await readFile(path, 'utf8')).toBe('1234\n');
  });

  it('passes on what is written', async () => {
    const seen: Uint8Array[] = [];
    {
      await using log = await LogWriter.create(path, { passOn: (bytes) => seen.push(bytes) });
      log.write('a');
      log.write('b\n');
    }
    expect(Buffer.concat(seen).toString()).toBe('ab\n');
  });

  it('takes the output of several programs', async () => {
    {
      await using log = await LogWriter.create(path);
      await run({ program: 'echo', args: ['one'], stdout: log });
      await run({ program: 'echo', args: ['two'], stdout: log });
    }
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
  });

  it('says that a file cannot be made', async () => {
    await expect(LogWriter.create(join(folder, 'missing', 'log'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('may be disposed of twice', async () => {
    const log = await LogWriter.create(path);
    log.note('x');
    await log[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
    expect(await readFile(path, 'utf8')).toBe('x\n');
  });
});

const full = '/dev/full';
describe.skipIf(!existsSync(full))('a log on a full disk (needs /dev/full)', () => {
  it('lets the program go on, and tells at the end', async () => {
    const log = await LogWriter.create(full);
    const { exitCode } = await run({
      program: 'sh',
      args: ['-c', 'head -c 1000000 /dev/zero; echo; echo last'],
      stdout: log,
    });
    expect(exitCode).toBe(0);
    expect(log.lastLines(1)).toEqual(['last']);
    await expect(log[Symbol.asyncDispose]()).rejects.toMatchObject({ code: 'ENOSPC', path: full });
  });

  it('is told also when only its last bytes did not fit', async () => {
    const log = await LogWriter.create(full);
    log.note('x');
    await expect(log[Symbol.asyncDispose]()).rejects.toMatchObject({ code: 'ENOSPC' });
  });
});
