import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { describe } from 'vitest';
import { canonicalise } from '../../src/canon-zip/canonicalise.js';
import { parseDay } from '../../src/canon-zip/day.js';
import { TarExtractor } from '../../src/target/tar/extract.js';
import { readGitianFolder } from '../../src/updater/package/gitian-folder.js';
import { packageLayout } from '../../src/updater/package/layout.js';
import { unpackFile } from '../../src/updater/package/unpack-file.js';
import { openArchive } from '../../src/zip/archive.js';
import { makeZip, type MadeMember } from '../support/samples/zip-maker.js';
import { tarStream } from '../support/samples/tar-stream.js';
import { fuzz } from './support/fuzz.js';

const { signal } = new AbortController();

const members: readonly MadeMember[] = [
  { name: 'bin/', mode: 0o040755 },
  { name: 'bin/run', data: '#!/bin/sh\n', mode: 0o100755 },
  { name: 'text', data: 'x'.repeat(3000), deflated: true, mode: 0o100644, comment: 'c' },
  { name: 'gitian/a-key.pgp', data: 'key', mode: 0o100644 },
  { name: 'gitian/x.assert', data: 'x', mode: 0o100644 },
  { name: 'gitian/x.assert.sig', data: 'y', deflated: true },
];

const zips = [
  makeZip(members),
  makeZip(members.slice(0, 2), 'comment'),
  makeZip([
    { name: 'link', data: '../../outside', mode: 0o120777 },
    { name: '../up', data: 'x' },
    { name: '/abs', data: 'y' },
  ]),
  makeZip([]),
];

/** Names that lead elsewhere, signatures of records, numbers of the large form. */
const zipPieces = [
  ...[
    'PK\x01\x02',
    'PK\x03\x04',
    'PK\x05\x06',
    'PK\x06\x06',
    'PK\x06\x07',
    'PK\x07\x08',
    '../',
    '/',
    '\\',
    '\0',
    'gitian/',
  ],
  Uint8Array.from([0xff, 0xff, 0xff, 0xff]),
  Uint8Array.from([0x01, 0x00, 0x08, 0x00]),
];

describe('archives', () => {
  fuzz('packages of the updater, unpacked', {
    seeds: zips,
    pieces: zipPieces,
    weight: 2,
    writes: true,
    read: async (bytes, folder) => {
      const path = join(folder, 'package.zip');
      const into = join(folder, 'into');
      writeFileSync(path, bytes);
      mkdirSync(into);
      await using archive = await openArchive(path);
      const { layout, problems } = packageLayout(archive.members, 1 << 24);
      if (problems.length > 0) return;
      await readGitianFolder(archive, { layout, stems: new Set(['a']) }, signal);
      for (const file of layout.files.values()) await unpackFile({ archive, into, signal }, file);
    },
  });

  fuzz('zips, made canonical', {
    seeds: zips,
    pieces: zipPieces,
    writes: true,
    read: async (bytes, folder) => {
      writeFileSync(join(folder, 'in.zip'), bytes);
      const request = {
        input: 'in.zip',
        output: 'out.zip',
        cwd: folder,
        day: parseDay('2020-02-29'),
        signal,
      };
      await canonicalise(request, () => undefined);
      // What was written is a zip in its turn.
      await using _written = await openArchive(join(folder, 'out.zip'));
    },
  });

  fuzz('tar streams from guests, unpacked', {
    seeds: [
      tarStream([
        { name: './', type: '5', mode: 0o700 },
        { name: './d/', type: '5' },
        { name: './d/a', content: 'A'.repeat(700) },
        { name: `./d/${'n'.repeat(200)}`, content: 'long' },
        { name: './d/link', type: '2', target: '../d/a' },
        { name: './same', type: '1', target: './d/a' },
      ]),
      tarStream([
        { name: './l', type: '2', target: '../..' },
        { name: './l/x', content: 'x' },
      ]),
      tarStream([
        { name: '../x', content: 'x' },
        { name: '/tmp/x', content: 'x' },
      ]),
    ],
    pieces: [
      '../',
      './',
      '/',
      '\0',
      '0',
      '1',
      '2',
      '3',
      '5',
      '6',
      'x',
      'g',
      'L',
      'K',
      'S',
      'ustar\0',
      '17 path=../../x\n',
    ],
    weight: 2,
    writes: true,
    read: async (bytes, folder) => {
      const into = join(folder, 'into');
      mkdirSync(into);
      const extractor = new TarExtractor(into);
      const done = finished(extractor);
      extractor.end(bytes);
      await done;
    },
  });
});
