import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { executable, runProgram, type Outcome } from '../../support/commands.js';
import { outcomeOf, startCommand } from '../../support/running-command.js';
import { makeZip, type MadeMember } from '../../support/zip-maker.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'canon zip-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const canonZip = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Outcome =>
  runProgram(executable('canon-zip'), args, { cwd: folder, env });
const at = (name: string): string => join(folder, name);
const write = (name: string, members: readonly MadeMember[], comment?: string, prefix?: Buffer): void => {
  writeFileSync(at(name), makeZip(members, comment, prefix));
};
const tool = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { cwd: folder, encoding: 'utf8' });

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

describe.skipIf(!has('zip') || !has('unzip'))('canon-zip of what zip made (needs zip, unzip)', () => {
  function source(name: string, when: Date): void {
    mkdirSync(join(at(name), 'tree/sub'), { recursive: true });
    writeFileSync(join(at(name), 'tree/text'), 'text\n'.repeat(50_000));
    writeFileSync(
      join(at(name), 'tree/sub/random'),
      Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i * 7919) % 251)),
    );
    writeFileSync(join(at(name), 'tree/run'), '#!/bin/sh\n');
    writeFileSync(join(at(name), 'tree/empty'), '');
    writeFileSync(join(at(name), 'tree/grüße ü'), 'x');
    chmodSync(join(at(name), 'tree/run'), 0o755);
    symlinkSync('text', join(at(name), 'tree/link'));
    for (const entry of readdirSync(join(at(name), 'tree'), { recursive: true, encoding: 'utf8' })) {
      if (!lstatSync(join(at(name), 'tree', entry)).isSymbolicLink())
        utimesSync(join(at(name), 'tree', entry), when, when);
    }
  }

  const files = [
    'tree/text',
    'tree/sub/',
    'tree/sub/random',
    'tree/run',
    'tree/empty',
    'tree/grüße ü',
    'tree/link',
  ];

  function zipped(name: string, env: Readonly<Record<string, string>> = {}): void {
    execFileSync('zip', ['-q', '--symlinks', at(`${name}.zip`), ...files], {
      cwd: at(name),
      env: { ...process.env, ...env },
    });
  }

  it('gives the same bytes for files of other times, owners and time zones', () => {
    source('a', new Date('2001-02-03T04:05:06Z'));
    source('b', new Date('2022-12-13T14:15:16Z'));
    zipped('a', { TZ: 'America/New_York' });
    zipped('b', { TZ: 'Asia/Tokyo' });
    expect(readFileSync(at('a.zip')).equals(readFileSync(at('b.zip')))).toBe(false);
    expect(canonZip(['2020-02-29', 'a.zip', 'a.out'], { TZ: 'Asia/Tokyo' })).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
    expect(canonZip(['2020-02-29', 'b.zip', 'b.out'], { TZ: 'America/New_York', LC_ALL: 'C' }).exitCode).toBe(
      0,
    );
    expect(readFileSync(at('a.out')).equals(readFileSync(at('b.out')))).toBe(true);
  });

  it('keeps what unzip sees: names, order, modes, links, content', () => {
    source('a', new Date('2001-02-03T04:05:06Z'));
    zipped('a');
    canonZip(['2020-02-29', 'a.zip', 'out.zip']);
    tool('unzip', '-tq', 'out.zip');
    const seen = (zip: string): string =>
      tool('zipinfo', '-l', zip).replace(/\d\d-\w{3}-\d\d \d\d:\d\d/g, 'TIME');
    const lines = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => /^[-dl]/.test(line))
        .map((line) => line.replace(/\bb[xXlL-] |t[xXlL-] /, ''));
    expect(lines(seen('out.zip'))).toEqual(lines(seen('a.zip')));
    expect(tool('zipinfo', '-T', 'out.zip').match(/\d{8}\.\d{6}/g)).toEqual(
      files.map(() => '20200229.000000'),
    );
    mkdirSync(at('x'));
    tool('unzip', '-q', 'out.zip', '-d', 'x');
    for (const name of ['text', 'sub/random', 'run', 'empty', 'grüße ü']) {
      expect(readFileSync(at(`x/tree/${name}`)).equals(readFileSync(at(`a/tree/${name}`)))).toBe(true);
    }
  });

  it('changes nothing the second time, and takes its input as output', () => {
    source('a', new Date('2001-02-03T04:05:06Z'));
    zipped('a');
    canonZip(['2020-02-29', 'a.zip', 'one.zip']);
    expect(canonZip(['2020-02-29', 'a.zip', 'a.zip']).exitCode).toBe(0);
    expect(readFileSync(at('a.zip')).equals(readFileSync(at('one.zip')))).toBe(true);
  });

  it('reads the wide headers that zip writes when it must', () => {
    source('a', new Date('2001-02-03T04:05:06Z'));
    execFileSync('sh', ['-c', 'zip -q -fz wide.zip - < tree/text && zip -q plain.zip - < tree/text'], {
      cwd: at('a'),
    });
    expect(canonZip(['2020-02-29', 'a/wide.zip', 'wide.out']).exitCode).toBe(0);
    expect(canonZip(['2020-02-29', 'a/plain.zip', 'plain.out']).exitCode).toBe(0);
    tool('unzip', '-tq', 'wide.out');
    expect(readFileSync(at('wide.out')).length).toBe(readFileSync(at('plain.out')).length);
  });

  it('rewrites more members than the plain end can count', () => {
    write(
      'many.zip',
      Array.from({ length: 100 }, (_, index) => ({ name: `m${String(index)}`, data: 'x' })),
    );
    mkdirSync(at('many'));
    for (let index = 0; index < 66_000; index++) writeFileSync(at(`many/${String(index)}`), '');
    execFileSync('zip', ['-qr', at('66000.zip'), '.'], { cwd: at('many') });
    expect(canonZip(['2020-02-29', '66000.zip', 'out.zip'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(tool('zipinfo', '-h', 'out.zip')).toMatch(/number of entries: 66000/);
    tool('unzip', '-tqq', 'out.zip');
  });

  it('leaves nothing when it is interrupted', async () => {
    writeFileSync(at('large'), Buffer.alloc(300 << 20, 'not compressible, as it is stored'));
    execFileSync('zip', ['-q0', 'in.zip', 'large'], { cwd: folder });
    const running = startCommand('canon-zip', ['2020-02-29', 'in.zip', 'out.zip'], { cwd: folder });
    const ended = outcomeOf(running);
    while (!readdirSync(folder).some((name) => name.endsWith('.part'))) await sleep(5);
    running.kill('SIGTERM');
    expect(await ended).toMatchObject({ exitCode: 143, stderr: 'canon-zip: interrupted by SIGTERM\n' });
    expect(readdirSync(folder).sort()).toEqual(['in.zip', 'large']);
  });
});

describe('canon-zip', () => {
  it('writes what it says of each part', () => {
    write(
      'in.zip',
      [
        {
          name: 'META-INF/',
          mode: 0o040755,
          extra: Buffer.from('feca0000' + '55540500030000805e', 'hex'),
          comment: 'kept',
        },
        { name: 'stored', data: 'x', flags: 0x0806, extra: Buffer.from('5554050003aabbccdd', 'hex') },
        { name: 'packed', data: 'y'.repeat(100), deflated: true, flags: 0x0802 },
        { name: 'stored', data: 'again' },
      ],
      'of the archive',
      Buffer.from('#!/bin/sh a stub before it\n'),
    );
    expect(canonZip(['1999-12-31', 'in.zip', 'out.zip']).exitCode).toBe(0);
    write(
      'expected.zip',
      [
        { name: 'META-INF/', mode: 0o040755, extra: Buffer.from('feca0000', 'hex'), comment: 'kept' },
        { name: 'stored', data: 'x', flags: 0x0800 },
        { name: 'packed', data: 'y'.repeat(100), deflated: true, flags: 0x0802 },
        { name: 'stored', data: 'again' },
      ],
      'of the archive',
    );
    const strip = (zip: Buffer): string =>
      // The maker's times and versions are not canonical: day 2021-10-05, noon, version 2.0.
      zip
        .toString('hex')
        .replace(/504b0304(?:1400|0a00)(\w{4})(\w{4})(?:00604553|00009f27)/g, 'LOCAL$1$2')
        .replace(/504b0102(\w{4})(?:1400|0a00)(\w{4})(\w{4})(?:00604553|00009f27)/g, 'ENTRY$1$2$3');
    expect(strip(readFileSync(at('out.zip')))).toBe(strip(readFileSync(at('expected.zip'))));
  });

  it('rewrites an empty zip', () => {
    write('in.zip', []);
    expect(canonZip(['2020-01-01', 'in.zip', 'out.zip']).exitCode).toBe(0);
    expect(readFileSync(at('out.zip')).equals(readFileSync(at('in.zip')))).toBe(true);
  });

  const big = 'z'.repeat(100_000);
  const broken: [string, readonly MadeMember[], RegExp][] = [
    ['a wrong checksum', [{ name: 'a', data: 'x', says: { crc32: 7 } }], /"a" has a wrong checksum/],
    ['less than it says', [{ name: 'a', data: 'x', deflated: true, says: { size: 2 } }], /unpacks to less/],
    ['more than it says', [{ name: 'a', data: 'xyz', deflated: true, says: { size: 2 } }], /unpacks to more/],
    [
      'much more than it says',
      [{ name: 'a', data: big, deflated: true, says: { size: 70_000 } }],
      /unpacks to more/,
    ],
    [
      'broken packing',
      [{ name: 'a', data: 'not deflated', method: 8, says: { size: 5 } }],
      /damaged data|ends before/,
    ],
    ['broken packing at length', [{ name: 'a', data: big, method: 8 }], /damaged data|ends before/],
    ['two names', [{ name: 'a', data: 'x', localName: 'b' }], /another name in its own header/],
    [
      'shared bytes',
      [
        { name: 'a', data: 'x' },
        { name: 'a', data: 'x', sharesWith: 0 },
      ],
      /shares bytes/,
    ],
    [
      'a tail behind its data',
      [
        {
          name: 'a',
          data: Buffer.concat([deflateRawSync('x'), Buffer.from('tail')]),
          method: 8,
          says: { size: 1, crc32: crc32('x') },
        },
      ],
      /bytes behind its data/,
    ],
    [
      'a tail behind much data',
      [
        {
          name: 'a',
          data: Buffer.concat([deflateRawSync(big), Buffer.alloc(2 << 20)]),
          method: 8,
          says: { size: big.length, crc32: crc32(big) },
        },
      ],
      /bytes behind its data/,
    ],
  ];
  it.each(broken)('refuses %s, and writes nothing', (_, members, words) => {
    write('in.zip', members);
    writeFileSync(at('out.zip'), 'as it was');
    const { exitCode, stderr, stdout } = canonZip(['2020-01-01', 'in.zip', 'out.zip']);
    expect(stderr).toMatch(words);
    expect(stderr).toMatch(/^canon-zip: the zip "in\.zip" is damaged: /);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(readFileSync(at('out.zip'), 'utf8')).toBe('as it was');
    expect(readdirSync(folder).sort()).toEqual(['in.zip', 'out.zip']);
  });

  it.each([
    [['2020-01-01', 'missing.zip', 'out.zip'], /"missing\.zip" can't be read: it does not exist\n/],
    [['2020-01-01', '.', 'out.zip'], /"\." can't be read: it is not a file/],
    [
      ['2020-01-01', 'in.zip', 'no/folder/out.zip'],
      /"no\/folder\/out\.zip" can't be written: its folder does not exist\n/,
    ],
    [['2020-01-01', 'in.zip', '.'], /"\." can't be written: it is not a file/],
    [['2020-02-30', 'in.zip', 'out.zip'], /the date must be a day/],
    [['2020-02-20', 'in.zip'], /missing required argument/],
  ])('exits with 2 for %j', (args, words) => {
    write('in.zip', []);
    const { exitCode, stderr } = canonZip(args);
    expect(stderr).toMatch(words);
    expect(exitCode).toBe(2);
    expect(readdirSync(folder)).toEqual(['in.zip']);
  });

  it.each<[string, Buffer, string]>([
    ['bzip2', makeZip([{ name: 'a', data: 'x', method: 12 }]), '"a" is packed with bzip2\n'],
    [
      'a method without a name',
      makeZip([{ name: 'a', data: 'x', method: 77 }]),
      '"a" is packed with method 77\n',
    ],
    [
      'encryption',
      makeZip([{ name: 'a', data: 'x'.repeat(13), flags: 0x801, says: { size: 1 } }]),
      '"a" is encrypted\n',
    ],
    [
      'what lies before a zip that does not count it',
      Buffer.concat([Buffer.from('#!/bin/sh\n'), makeZip([{ name: 'a', data: 'x' }], 'comment')]),
      "10 bytes lie before it that its directory doesn't count\nhint: zip -A in.zip\n",
    ],
  ])('refuses %s, without calling it damage', (_, zip, words) => {
    writeFileSync(at('in.zip'), zip);
    expect(canonZip(['2020-01-01', 'in.zip', 'out.zip'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `canon-zip: the zip "in.zip" is refused: ${words}`,
    });
    expect(readdirSync(folder)).toEqual(['in.zip']);
  });

  it('refuses a pipe, and waits for nobody who writes into it', () => {
    execFileSync('mkfifo', [at('in.zip')]);
    const args = ['--kill-after=1', '20', executable('canon-zip'), '2020-01-01', 'in.zip', 'out.zip'];
    const { exitCode, stderr } = runProgram('timeout', args, { cwd: folder });
    expect(stderr).toBe('canon-zip: the zip "in.zip" can\'t be read: it is not a file\n');
    expect(exitCode).toBe(2);
    expect(readdirSync(folder)).toEqual(['in.zip']);
  });

  it('refuses a link to nothing as the output, which stays one', () => {
    write('in.zip', []);
    symlinkSync('gone.zip', at('link.zip'));
    const { exitCode, stderr } = canonZip(['2020-01-01', 'in.zip', 'link.zip']);
    expect(stderr).toBe('canon-zip: the zip "link.zip" can\'t be written: it is a link to nothing\n');
    expect(exitCode).toBe(2);
    expect(readdirSync(folder).sort()).toEqual(['in.zip', 'link.zip']);
  });

  it('writes through a link to the output, and leaves the link', () => {
    write('in.zip', [{ name: 'a', data: 'x' }]);
    writeFileSync(at('real.zip'), 'old');
    symlinkSync('real.zip', at('link.zip'));
    expect(canonZip(['2020-01-01', 'in.zip', 'link.zip']).exitCode).toBe(0);
    expect(lstatSync(at('link.zip')).isSymbolicLink()).toBe(true);
    expect(readFileSync(at('real.zip')).subarray(0, 4).toString('hex')).toBe('504b0304');
  });
});
