import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../support/commands.js';
import { canonZipRoom } from '../../support/workspaces/canon-zip-room.js';
import { outcomeOf, startCommand } from '../../support/running-command.js';

const here = canonZipRoom();

const tool = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { cwd: here.folder, encoding: 'utf8' });

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

describe.skipIf(!has('zip') || !has('unzip'))('canon-zip of what zip made (needs zip, unzip)', () => {
  function source(name: string, when: Date): void {
    mkdirSync(join(here.at(name), 'tree/sub'), { recursive: true });
    writeFileSync(join(here.at(name), 'tree/text'), 'text\n'.repeat(50_000));
    writeFileSync(
      join(here.at(name), 'tree/sub/random'),
      Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i * 7919) % 251)),
    );
    writeFileSync(join(here.at(name), 'tree/run'), '#!/bin/sh\n');
    writeFileSync(join(here.at(name), 'tree/empty'), '');
    writeFileSync(join(here.at(name), 'tree/grüße ü'), 'x');
    chmodSync(join(here.at(name), 'tree/run'), 0o755);
    symlinkSync('text', join(here.at(name), 'tree/link'));
    for (const entry of readdirSync(join(here.at(name), 'tree'), { recursive: true, encoding: 'utf8' })) {
      if (!lstatSync(join(here.at(name), 'tree', entry)).isSymbolicLink())
        utimesSync(join(here.at(name), 'tree', entry), when, when);
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
    execFileSync('zip', ['-q', '--symlinks', here.at(`${name}.zip`), ...files], {
      cwd: here.at(name),
      env: { ...process.env, ...env },
    });
  }

  it('gives the same bytes for files of other times, owners and time zones', () => {
    source('a', new Date('2001-02-03T04:05:06Z'));
    source('b', new Date('2022-12-13T14:15:16Z'));
    zipped('a', { TZ: 'America/New_York' });
    zipped('b', { TZ: 'Asia/Tokyo' });
    expect(readFileSync(here.at('a.zip')).equals(readFileSync(here.at('b.zip')))).toBe(false);
    expect(here.canonZip(['2020-02-29', 'a.zip', 'a.out'], { TZ: 'Asia/Tokyo' })).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
    expect(
      here.canonZip(['2020-02-29', 'b.zip', 'b.out'], { TZ: 'America/New_York', LC_ALL: 'C' }).exitCode,
    ).toBe(0);
    expect(readFileSync(here.at('a.out')).equals(readFileSync(here.at('b.out')))).toBe(true);
  });

  it('keeps what unzip sees: names, order, modes, links, content', () => {
    source('a', new Date('2001-02-03T04:05:06Z'));
    zipped('a');
    here.canonZip(['2020-02-29', 'a.zip', 'out.zip']);
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
    mkdirSync(here.at('x'));
    tool('unzip', '-q', 'out.zip', '-d', 'x');
    for (const name of ['text', 'sub/random', 'run', 'empty', 'grüße ü']) {
      expect(readFileSync(here.at(`x/tree/${name}`)).equals(readFileSync(here.at(`a/tree/${name}`)))).toBe(
        true,
      );
    }
  });

  it('changes nothing the second time, and takes its input as output', () => {
    source('a', new Date('2001-02-03T04:05:06Z'));
    zipped('a');
    here.canonZip(['2020-02-29', 'a.zip', 'one.zip']);
    expect(here.canonZip(['2020-02-29', 'a.zip', 'a.zip']).exitCode).toBe(0);
    expect(readFileSync(here.at('a.zip')).equals(readFileSync(here.at('one.zip')))).toBe(true);
  });

  it('reads the wide headers that zip writes when it must', () => {
    source('a', new Date('2001-02-03T04:05:06Z'));
    execFileSync('sh', ['-c', 'zip -q -fz wide.zip - < tree/text && zip -q plain.zip - < tree/text'], {
      cwd: here.at('a'),
    });
    expect(here.canonZip(['2020-02-29', 'a/wide.zip', 'wide.out']).exitCode).toBe(0);
    expect(here.canonZip(['2020-02-29', 'a/plain.zip', 'plain.out']).exitCode).toBe(0);
    tool('unzip', '-tq', 'wide.out');
    expect(readFileSync(here.at('wide.out')).length).toBe(readFileSync(here.at('plain.out')).length);
  });

  it('rewrites more members than the plain end can count', () => {
    here.write(
      'many.zip',
      Array.from({ length: 100 }, (_, index) => ({ name: `m${String(index)}`, data: 'x' })),
    );
    mkdirSync(here.at('many'));
    for (let index = 0; index < 66_000; index++) writeFileSync(here.at(`many/${String(index)}`), '');
    execFileSync('zip', ['-qr', here.at('66000.zip'), '.'], { cwd: here.at('many') });
    expect(here.canonZip(['2020-02-29', '66000.zip', 'out.zip'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(tool('zipinfo', '-h', 'out.zip')).toMatch(/number of entries: 66000/);
    tool('unzip', '-tqq', 'out.zip');
  });

  it('writes a file whose name is as long as any', () => {
    here.write('in.zip', [{ name: 'a', data: 'x' }]);
    const name = `${'ü'.repeat(125)}1.zip`;
    expect(here.canonZip(['2020-02-29', 'in.zip', name])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readdirSync(here.folder).sort()).toEqual(['in.zip', name]);
  });

  it('leaves nothing when it is interrupted', async () => {
    writeFileSync(here.at('large'), Buffer.alloc(300 << 20, 'not compressible, as it is stored'));
    execFileSync('zip', ['-q0', 'in.zip', 'large'], { cwd: here.folder });
    const isWriting = (): boolean => readdirSync(here.folder).some((name) => name.endsWith('.part'));
    const interrupted = async (): Promise<Outcome> => {
      const running = startCommand('canon-zip', ['2020-02-29', 'in.zip', 'out.zip'], { cwd: here.folder });
      const ended = outcomeOf(running);
      while (!isWriting() && running.exitCode === null) await sleep(5);
      running.kill('SIGTERM');
      return ended;
    };
    let outcome = await interrupted();
    // On a busy host it may be done before anybody has looked.
    for (; outcome.exitCode === 0; outcome = await interrupted()) rmSync(here.at('out.zip'));
    expect(outcome).toMatchObject({ exitCode: 143, stderr: 'canon-zip: interrupted by SIGTERM\n' });
    expect(readdirSync(here.folder).sort()).toEqual(['in.zip', 'large']);
  });
});

describe('canon-zip', () => {
  it('writes what it says of each part', () => {
    here.write(
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
    expect(here.canonZip(['1999-12-31', 'in.zip', 'out.zip']).exitCode).toBe(0);
    here.write(
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
    expect(strip(readFileSync(here.at('out.zip')))).toBe(strip(readFileSync(here.at('expected.zip'))));
  });

  it('rewrites an empty zip', () => {
    here.write('in.zip', []);
    expect(here.canonZip(['2020-01-01', 'in.zip', 'out.zip']).exitCode).toBe(0);
    expect(readFileSync(here.at('out.zip')).equals(readFileSync(here.at('in.zip')))).toBe(true);
  });

  it('writes through a link to the output, and leaves the link', () => {
    here.write('in.zip', [{ name: 'a', data: 'x' }]);
    writeFileSync(here.at('real.zip'), 'old');
    symlinkSync('real.zip', here.at('link.zip'));
    expect(here.canonZip(['2020-01-01', 'in.zip', 'link.zip']).exitCode).toBe(0);
    expect(lstatSync(here.at('link.zip')).isSymbolicLink()).toBe(true);
    expect(readFileSync(here.at('real.zip')).subarray(0, 4).toString('hex')).toBe('504b0304');
  });
});
