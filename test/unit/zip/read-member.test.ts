import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArchive, type Archive } from '../../../src/zip/archive.js';
import { readMember, type MemberSinks } from '../../../src/zip/read-member.js';
import { makeZip, type MadeMember } from '../../support/samples/zip-maker.js';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'member-')), 'a.zip');
});
afterEach(() => {
  rmSync(join(path, '..'), { recursive: true });
});

const { signal } = new AbortController();
const small = Buffer.from('some text');
/** Three reads of 1 MiB at least, packed or not. */
const large = Buffer.from(Array.from({ length: 3 << 20 }, (_, at) => (at * at * 7919) >>> 9));

async function opened(member: Omit<MadeMember, 'name'>): Promise<Archive> {
  writeFileSync(path, makeZip([{ name: 'a', ...member }]));
  return openArchive(path, 'a.zip');
}

async function read(archive: Archive, sinks: Partial<MemberSinks> = {}): Promise<void> {
  for (const member of archive.members) await readMember(archive, member, { signal, ...sinks });
}

const kinds: [string, Omit<MadeMember, 'name'>][] = [
  ['a small stored member', { data: small }],
  ['a small deflated member', { data: small, deflated: true }],
  ['the largest small member', { data: Buffer.alloc(1 << 16, 'x'), deflated: true }],
  ['a member that is small as it lies there', { data: Buffer.alloc(1 << 17, 'x'), deflated: true }],
  ['a large stored member', { data: large }],
  ['a large deflated member', { data: large, deflated: true }],
];

describe.each(kinds)('%s', (_, made) => {
  it('is handed over as it lies there and unpacked, and each part is waited for', async () => {
    await using archive = await opened(made);
    const got = { packed: [] as Buffer[], plain: [] as Buffer[] };
    const busy = { packed: false, plain: false };
    const sink =
      (kind: 'packed' | 'plain') =>
      async (bytes: Buffer): Promise<void> => {
        expect(busy[kind]).toBe(false);
        busy[kind] = true;
        got[kind].push(Buffer.from(bytes));
        for (let turns = 0; turns < 20; turns++) await turn();
        busy[kind] = false;
      };
    await read(archive, { packed: sink('packed'), plain: sink('plain') });
    expect(busy).toEqual({ packed: false, plain: false });
    const data = Buffer.from(made.data ?? '');
    const packed = made.deflated === true ? deflateRawSync(data) : data;
    expect(Buffer.concat(got.plain).equals(data)).toBe(true);
    expect(Buffer.concat(got.packed).equals(packed)).toBe(true);
  });

  it('is not handed over once nobody wants it', async () => {
    await using archive = await opened(made);
    let parts = 0;
    const plain = (): void => void (parts += 1);
    await expect(read(archive, { plain, signal: AbortSignal.abort(new Error('^C')) })).rejects.toThrow('^C');
    expect(parts).toBe(0);
  });

  it.each(['packed', 'plain'] as const)('fails as the taking of what is %s fails', async (kind) => {
    await using archive = await opened(made);
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const take = async (): Promise<void> => {
      await turn();
      throw full;
    };
    await expect(read(archive, { [kind]: take })).rejects.toBe(full);
  });

  it('ends before its end where the file is cut off meanwhile', async () => {
    await using archive = await opened(made);
    // More than was read ahead of the directory.
    await archive.reader.bytes(0, 1);
    truncateSync(path, 35);
    await archive.reader.bytes(1 << 30, 1);
    await expect(read(archive)).rejects.toMatchObject({
      code: 'zip-damaged',
      message: expect.stringContaining('"a" ends before its end') as string,
    });
  });

  it.each([
    ['a wrong checksum', { crc32: 7 }, /has a wrong checksum/],
    ['a byte more than it says', 'less', /unpacks to more than it says|size mismatch/],
    ['a byte less than it says', 'more', /unpacks to less than it says|size mismatch/],
  ] as const)('is refused with %s', async (_title, says, words) => {
    const { length } = Buffer.from(made.data ?? '');
    const size = { less: length - 1, more: length + 1 };
    const told = typeof says === 'string' ? { size: size[says] } : says;
    const trying = async (): Promise<void> => {
      await using archive = await opened({ ...made, says: told });
      await read(archive);
    };
    await expect(trying()).rejects.toThrow(words);
  });
});

it.each([
  ['a large stored member', { data: large }],
  ['a large deflated member', { data: large, deflated: true }],
] as const)('%s is not read on once nobody wants it', async (_, made) => {
  await using archive = await opened(made);
  const ending = new AbortController();
  let parts = 0;
  const plain = (): void => {
    parts += 1;
    ending.abort(new Error('^C'));
  };
  await expect(read(archive, { plain, signal: ending.signal })).rejects.toThrow('^C');
  expect(parts).toBe(1);
});

it.each([
  ['little data', small, 1],
  ['much data', large, 3],
] as const)('a tail behind %s is refused', async (_, data, tail) => {
  const says = { size: data.length, crc32: crc32(data) };
  const packed = Buffer.concat([deflateRawSync(data), Buffer.alloc(tail)]);
  await using archive = await opened({ data: packed, method: 8, says });
  await expect(read(archive)).rejects.toThrow('"a" has bytes behind its data');
});

it('what is large as it lies there is read in parts, however little it unpacks to', async () => {
  const says = { size: 1, crc32: crc32('x') };
  const packed = Buffer.concat([deflateRawSync('x'), Buffer.alloc(3 << 20)]);
  await using archive = await opened({ data: packed, method: 8, says });
  const lengths: number[] = [];
  const reading = read(archive, { packed: ({ length }) => void lengths.push(length) });
  await expect(reading).rejects.toThrow('"a" has bytes behind its data');
  expect(Math.max(...lengths)).toBe(1 << 20);
});

it.each([
  ['encrypted', 1 << 0],
  ['encrypted together with its headers', 1 << 13],
])('a member that is %s is refused before anything is read', async (_, flag) => {
  await using archive = await opened({ data: small, deflated: true, flags: 0x800 | flag });
  let parts = 0;
  const take = (): void => void (parts += 1);
  await expect(read(archive, { packed: take, plain: take })).rejects.toMatchObject({
    code: 'zip-refused',
    message: expect.stringContaining('"a" is encrypted') as string,
  });
  expect(parts).toBe(0);
});
