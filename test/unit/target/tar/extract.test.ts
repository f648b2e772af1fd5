import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownMark } from '../../../../src/core/files/owner-mark.js';
import { TarExtractor } from '../../../../src/target/tar/extract.js';
import { ended } from '../../../support/marks.js';
import { tarEntry, tarStream, type TarEntry } from '../../../support/samples/tar-stream.js';

let parent: string;
let to: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'tar-'));
  to = join(parent, 'to');
  mkdirSync(to);
});
afterEach(async () => rm(parent, { recursive: true, force: true }));

const extract = async (bytes: Buffer, piece = bytes.length, most?: number): Promise<void> => {
  const extractor = new TarExtractor(to, most);
  const done = finished(extractor);
  for (let at = 0; at < bytes.length && !extractor.destroyed; at += piece) {
    extractor.write(bytes.subarray(at, at + piece));
  }
  extractor.end();
  await done;
};

const refusal = async (bytes: Buffer): Promise<string> =>
  extract(bytes).then(
    () => 'accepted',
    (error: unknown) => {
      expect(error).toMatchObject({ code: 'guest-file-refused', exitCode: 1 });
      return (error as Error).message;
    },
  );

describe('a tar stream that can be trusted', () => {
  const entries: TarEntry[] = [
    { name: './', type: '5', mode: 0o700 },
    { name: './a', content: 'A', mode: 0o644, time: 1_000_000_000 },
    { name: './d/', type: '5', mode: 0o555, time: 1_100_000_000 },
    { name: './d/b', content: Buffer.alloc(100_000, 'b'), mode: 0o755 },
    { name: `./d/${'n'.repeat(200)}`, content: 'long' },
    { name: './d/link', type: '2', target: '../a', time: 1_200_000_000 },
    { name: './same', type: '1', target: './a' },
    { name: './deep/without/parents', content: '' },
  ];

  it.each([1, 511, 512, 513, 4096, 1 << 20])(
    'is written, also when it comes in pieces of %d bytes',
    async (piece) => {
      const { mode } = statSync(to);
      await extract(tarStream(entries), piece);
      expect(statSync(to).mode).toBe(mode);
      expect(readFileSync(join(to, 'a'), 'utf8')).toBe('A');
      expect(statSync(join(to, 'a')).mtimeMs).toBe(1_000_000_000_000);
      expect(statSync(join(to, 'd')).mtimeMs).toBe(1_100_000_000_000);
      expect(statSync(join(to, 'd')).mode & 0o7777).toBe(0o755);
      expect(statSync(join(to, 'd/b')).size).toBe(100_000);
      expect(statSync(join(to, 'd/b')).mode & 0o7777).toBe(0o755);
      expect(readFileSync(join(to, 'd', 'n'.repeat(200)), 'utf8')).toBe('long');
      expect(readlinkSync(join(to, 'd/link'))).toBe('../a');
      expect(lstatSync(join(to, 'd/link')).mtimeMs).toBe(1_200_000_000_000);
      expect(statSync(join(to, 'same')).ino).toBe(statSync(join(to, 'a')).ino);
      expect(existsSync(join(to, 'deep/without/parents'))).toBe(true);
    },
  );

  it('may be empty', async () => {
    await extract(tarStream([]));
    expect(readdirSync(to)).toEqual([]);
  });

  it('replaces a file beside what a killed process of the same number left', async () => {
    for (let count = 0; count < 10; count++)
      writeFileSync(join(to, `.gitian-copy.${ownMark}-${String(count)}.part`), '');
    writeFileSync(join(to, 'a'), 'old');
    await extract(tarStream([{ name: 'a', content: 'A' }]));
    expect(readFileSync(join(to, 'a'), 'utf8')).toBe('A');
  });

  it('takes away what killed processes left where it writes', async () => {
    mkdirSync(join(to, 'd'));
    const left = ['', 'd/'].map((folder) => join(to, `${folder}.gitian-copy.${ended}-0.part`));
    for (const path of left) writeFileSync(path, '');
    await extract(tarStream([{ name: 'd/a', content: 'A' }]));
    expect([readdirSync(to), readdirSync(join(to, 'd'))]).toEqual([['d'], ['a']]);
  });

  it('may name a second name of a file again', async () => {
    const same: TarEntry = { name: 'same', type: '1', target: 'a' };
    await extract(tarStream([{ name: 'a', content: 'A' }, same, same]));
    expect(readdirSync(to)).toEqual(['a', 'same']);
    expect(readFileSync(join(to, 'same'), 'utf8')).toBe('A');
  });

  it('replaces files and links that are there, and does not follow them', async () => {
    const outside = join(parent, 'outside');
    writeFileSync(outside, 'kept');
    symlinkSync(outside, join(to, 'a'));
    await extract(tarStream([{ name: 'a', content: 'new' }]));
    expect([readFileSync(outside, 'utf8'), readFileSync(join(to, 'a'), 'utf8')]).toEqual(['kept', 'new']);
  });

  it.each(['big', 'fresh'])(
    'is broken off at any moment without harm to what was there, and leaves no half of a file (%s)',
    async (name) => {
      const begun = tarEntry({ name, content: Buffer.alloc(3 << 20, 'n') }).subarray(0, 5 << 19);
      writeFileSync(join(to, 'big'), 'old');
      for (let moment = 0; moment < 30; moment++) {
        const extractor = new TarExtractor(to);
        const closed = once(extractor, 'close');
        extractor.write(begun);
        for (let turn = 0; turn < moment; turn++) await setImmediate();
        extractor.destroy();
        await closed;
        expect(readdirSync(to), String(moment)).toEqual(['big']);
      }
      expect(readFileSync(join(to, 'big'), 'utf8')).toBe('old');
      await extract(tarStream([{ name: 'big', content: 'new' }]));
      expect(readFileSync(join(to, 'big'), 'utf8')).toBe('new');
    },
  );

  it('may go on after its end for as long as it likes', async () => {
    const padding = Buffer.alloc(8 << 20, 'x');
    await extract(Buffer.concat([tarStream([{ name: 'a', content: 'A' }]), padding]), 1 << 16);
    expect(readFileSync(join(to, 'a'), 'utf8')).toBe('A');
  });
});

describe('what an attacker sends', () => {
  const link = (name: string, target: string | Buffer): TarEntry => ({ name, type: '2', target });
  const file = (name: string | Buffer): TarEntry => ({ name, content: 'evil' });
  const longPath = new Array<string>(20).fill('x'.repeat(240)).join('/');
  const paxHeader = (key: string, value: string): TarEntry => {
    const record = ` ${key}=${value}\n`;
    return { name: 'pax', type: 'x', content: `${String(record.length + 2)}${record}` };
  };

  it.each<[string, TarEntry[], string]>([
    ['a path that climbs', [file('../evil')], 'climbs'],
    ['a path that climbs later', [file('a/../../evil')], 'climbs'],
    ['a long path that climbs', [file(`${'a/'.repeat(80)}${'../'.repeat(90)}evil`)], 'climbs'],
    ['an absolute path', [file('/tmp/evil')], 'absolute'],
    ['a path of slashes', [file('//evil')], 'absolute'],
    ['a folder that climbs', [{ name: '..', type: '5' }], 'climbs'],
    ['a file for the folder itself', [file('.')], 'copied folder itself'],
    ['a newline', [file('a\nb')], 'control character'],
    ['an escape', [file('\u001b[31m')], 'control character'],
    ['a byte that is no UTF-8', [file(Buffer.from([0x61, 0xff]))], 'UTF-8'],
    ['a name of 300 bytes', [file('x'.repeat(300))], '255 bytes'],
    ['a path of 4,819 bytes', [file(longPath)], 'longer than this host'],
    ['a link to a path of 4,819 bytes', [link('l', longPath)], 'longer than this host'],
    ['a link to the parent', [link('l', '..')], 'out of'],
    ['a link to the parent from below', [link('a/b/l', '../../..')], 'out of'],
    ['an absolute link', [link('l', '/')], 'absolute'],
    ['a link that climbs after going down', [link('l', 'a/../..')], 'climbs after'],
    ['a link with a newline', [link('l', 'a\nb')], 'unreadable'],
    ['a link that is no UTF-8', [link('l', Buffer.from([0xff]))], 'unreadable'],
    ['a file below a link', [link('l', '.'), file('l/x')], 'no directory'],
    ['a folder below a link', [link('l', '.'), { name: 'l/x/', type: '5' }], 'no directory'],
    ['a folder where a link is', [link('l', '.'), { name: 'l', type: '5' }], 'no directory'],
    ['a file below a file', [file('f'), file('f/x')], 'no directory'],
    ['a file where a folder is', [{ name: 'd', type: '5' }, file('d')], 'in its way'],
    ['a hard link out', [{ name: 'h', type: '1', target: '../../etc/passwd' }], 'hard link'],
    ['an absolute hard link', [{ name: 'h', type: '1', target: '/etc/passwd' }], 'hard link'],
    ['a hard link to nothing', [{ name: 'h', type: '1', target: 'gone' }], 'hard link'],
    ['a hard link to a link', [link('l', 'x'), { name: 'h', type: '1', target: 'l' }], 'hard link'],
    [
      'a hard link through a link',
      [file('f'), link('l', '.'), { name: 'h', type: '1', target: 'l/f' }],
      'no directory',
    ],
    [
      'a hard link to a folder',
      [
        { name: 'd', type: '5' },
        { name: 'h', type: '1', target: 'd' },
      ],
      'hard link',
    ],
    ['a character device', [{ name: 'd', type: '3' }], 'device'],
    ['a block device', [{ name: 'd', type: '4' }], 'device'],
    ['a FIFO', [{ name: 'p', type: '6' }], 'FIFO'],
    ['a time that is no number', [paxHeader('mtime', 'abc'), file('t')], 'its time'],
    ['a time beyond all', [paxHeader('mtime', '1e300'), { name: 't', type: '5' }], 'its time'],
    ['a sparse file', [{ name: 's', type: 'S' }], 'unknown'],
    ['an unknown kind', [{ name: 'u', type: 'Z' }], 'unknown'],
    ['a huge long name', [{ name: 'x'.repeat(3 << 20) }], ''],
  ])('%s is refused', async (_title, entries, reason) => {
    const message = await refusal(tarStream([file('first'), ...entries, file('last')]));
    expect(message).toContain('is refused');
    expect(message).toContain(reason);
    expect(message.length).toBeLessThan(1000);
    expect(existsSync(join(to, 'last'))).toBe(false);
    expect(readdirSync(parent)).toEqual(['to']);
  });

  it('more than so many entries are refused', async () => {
    const entries = ['d/', 'd/a', 'd/b'].map((name) => ({ name, type: name === 'd/' ? '5' : '0' }));
    await extract(tarStream(entries), undefined, 3);
    await expect(extract(tarStream(entries), undefined, 2)).rejects.toMatchObject({
      code: 'guest-file-refused',
      message: expect.stringContaining('too many') as string,
    });
  });

  it('more than a million are refused where nobody says another number', async () => {
    const extractor = new TarExtractor(to).on('error', () => undefined);
    const problemOf = async (entries: Buffer): Promise<unknown> =>
      new Promise((resolve) => extractor.write(entries, resolve));
    // An entry for the copied folder itself costs the least.
    const one = tarEntry({ name: './', type: '5' });
    const thousand = Buffer.concat(Array.from({ length: 1000 }, () => one));
    for (let count = 0; count < 1000; count += 1) expect(await problemOf(thousand)).toBeFalsy();
    expect(await problemOf(one)).toMatchObject({ message: expect.stringContaining('too many') as string });
  });

  it('set-id bits and what lets others write are dropped', async () => {
    await extract(
      tarStream([
        { name: 'f', mode: 0o6777 },
        { name: 'd', type: '5', mode: 0o7777 },
        { name: 'n', mode: 0 },
      ]),
    );
    expect(['f', 'd', 'n'].map((name) => statSync(join(to, name)).mode & 0o7777)).toEqual([
      0o755, 0o755, 0o400,
    ]);
  });

  it.each([
    ['no tar stream at all', Buffer.from('hello'.repeat(1000))],
    ['nothing', Buffer.alloc(0)],
    [
      'a stream that is cut off in a file',
      tarStream([{ name: 'a', content: 'x'.repeat(5000) }]).subarray(0, 2000),
    ],
    ['a stream that is cut off between files', tarEntry({ name: 'a' })],
    ['a size beyond the stream', tarStream([{ name: 'a', size: 10 ** 9 }])],
    ['a compressed stream', gzipSync(tarStream([{ name: 'a' }]))],
    ['a broken checksum', Buffer.concat([Buffer.from('z'), tarStream([{ name: 'a' }]).subarray(1)])],
  ])('%s is refused', async (_title, bytes) => {
    expect(await refusal(bytes)).toContain('is refused');
  });

  const gzip = gzipSync(tarStream([{ name: 'a', content: 'A' }]));
  const magicOfZstd = Buffer.of(0x28, 0xb5, 0x2f, 0xfd);
  it.each([
    ['gzip', 1, gzip],
    ['gzip', 2, gzip],
    ['gzip', 3, gzip],
    ['gzip that ends at once', 1, gzip.subarray(0, 2)],
    ['zstd', 1, Buffer.concat([magicOfZstd, Buffer.alloc(1024)])],
    ['zstd', 3, magicOfZstd],
  ])(
    'a stream of %s is refused before it is unpacked, in pieces of %d bytes',
    async (_kind, piece, bytes) => {
      await expect(extract(bytes, piece)).rejects.toThrow('it is a compressed stream');
      expect(readdirSync(to)).toEqual([]);
    },
  );
});

describe('a file that no disk holds', () => {
  it('is not begun', async () => {
    const done = extract(
      tarStream([
        { name: 'a', content: 'A' },
        { name: 'big', size: 2 ** 50 },
      ]),
    );
    await expect(done).rejects.toMatchObject({ code: 'no-room-for-file', exitCode: 1 });
    await expect(done).rejects.toThrow(/has no room for the target's file "big" of 1125899906842624 bytes$/);
    expect(readdirSync(to)).toEqual(['a']);
  });
});
