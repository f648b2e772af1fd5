import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { canonZipRoom } from '../../support/workspaces/canon-zip-room.js';
import { executable, runProgram } from '../../support/commands.js';
import { makeZip, type MadeMember } from '../../support/samples/zip-maker.js';

const here = canonZipRoom();

describe('canon-zip refuses', () => {
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
  it.each(broken)('%s, and writes nothing', (_, members, words) => {
    here.write('in.zip', members);
    writeFileSync(here.at('out.zip'), 'as it was');
    const { exitCode, stderr, stdout } = here.canonZip(['2020-01-01', 'in.zip', 'out.zip']);
    expect(stderr).toMatch(words);
    expect(stderr).toMatch(
      /^canon-zip: the zip "in\.zip" is damaged: .*\nhint: .*unzip -t in\.zip may tell more\n$/,
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(readFileSync(here.at('out.zip'), 'utf8')).toBe('as it was');
    expect(readdirSync(here.folder).sort()).toEqual(['in.zip', 'out.zip']);
  });

  it.each([
    [
      ['2020-01-01', 'missing.zip', 'out.zip'],
      /"missing\.zip" can't be read: it does not exist\nhint: see what is there: ls \.\n/,
    ],
    [['2020-01-01', '.', 'out.zip'], /"\." can't be read: it is not a file/],
    [
      ['2020-01-01', 'in.zip', 'no/folder/out.zip'],
      /"no\/folder\/out\.zip" can't be written: its folder does not exist\nhint: mkdir -p no\/folder\n/,
    ],
    [
      ['2020-01-01', 'in.zip', '.'],
      /"\." can't be written: it is not a file\nhint: name a file for the output, such as out\.zip\n/,
    ],
    [['2020-02-30', 'in.zip', 'out.zip'], /the date must be a day/],
    [['2020-02-20', 'in.zip'], /missing required argument/],
  ])('the words %j, with exit 2', (args, words) => {
    here.write('in.zip', []);
    const { exitCode, stderr } = here.canonZip(args);
    expect(stderr).toMatch(words);
    expect(exitCode).toBe(2);
    expect(readdirSync(here.folder)).toEqual(['in.zip']);
  });

  it.each<[string, Buffer, string]>([
    [
      'bzip2',
      makeZip([{ name: 'a', data: 'x', method: 12 }]),
      '"a" is packed with bzip2\nhint: pack it again, as zip does: members are stored or deflated\n',
    ],
    [
      'a method without a name',
      makeZip([{ name: 'a', data: 'x', method: 77 }]),
      '"a" is packed with method 77\nhint: pack it again, as zip does: members are stored or deflated\n',
    ],
    [
      'encryption',
      makeZip([{ name: 'a', data: 'x'.repeat(13), flags: 0x801, says: { size: 1 } }]),
      '"a" is encrypted\nhint: pack it again, without a password\n',
    ],
    [
      'what lies before a zip that does not count it',
      Buffer.concat([Buffer.from('#!/bin/sh\n'), makeZip([{ name: 'a', data: 'x' }], 'comment')]),
      "10 bytes lie before it that its directory doesn't count\nhint: zip -A in.zip\n",
    ],
  ])('%s, without calling it damage', (_, zip, words) => {
    writeFileSync(here.at('in.zip'), zip);
    expect(here.canonZip(['2020-01-01', 'in.zip', 'out.zip'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `canon-zip: the zip "in.zip" is refused: ${words}`,
    });
    expect(readdirSync(here.folder)).toEqual(['in.zip']);
  });

  it('a pipe, and waits for nobody who writes into it', () => {
    execFileSync('mkfifo', [here.at('in.zip')]);
    const args = ['--kill-after=1', '20', executable('canon-zip'), '2020-01-01', 'in.zip', 'out.zip'];
    const { exitCode, stderr } = runProgram('timeout', args, { cwd: here.folder });
    expect(stderr).toContain('canon-zip: the zip "in.zip" can\'t be read: it is not a file\n');
    expect(exitCode).toBe(2);
    expect(readdirSync(here.folder)).toEqual(['in.zip']);
  });

  it('a link to nothing as the output, which stays one', () => {
    here.write('in.zip', []);
    symlinkSync('gone.zip', here.at('link.zip'));
    const { exitCode, stderr } = here.canonZip(['2020-01-01', 'in.zip', 'link.zip']);
    expect(stderr).toBe(
      'canon-zip: the zip "link.zip" can\'t be written: it is a link to nothing\nhint: remove it, or name another file: rm link.zip\n',
    );
    expect(exitCode).toBe(2);
    expect(readdirSync(here.folder).sort()).toEqual(['in.zip', 'link.zip']);
  });
});
