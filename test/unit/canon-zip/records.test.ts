import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/canon-zip/day.js';
import type { CanonicalMember } from '../../../src/canon-zip/canonical-member.js';
import { directoryEntry, endRecords, localHeader } from '../../../src/canon-zip/records.js';

const member: CanonicalMember = {
  name: Buffer.from('a/é'),
  comment: Buffer.from('c'),
  versionMadeBy: 0x031e,
  flags: 0x800,
  method: 8,
  day: parseDay('2020-02-29'),
  crc32: 0x01020304,
  packedSize: 5,
  size: 9,
  internalAttributes: 1,
  externalAttributes: 0o100644 * 65536,
  extraFields: [{ id: 0xcafe, data: Buffer.alloc(0) }],
};

const hex = (bytes: Buffer): string => bytes.toString('hex');

describe('localHeader', () => {
  it('is what APPNOTE 4.3.7 says, at midnight', () => {
    expect(hex(localHeader(member))).toBe(
      [
        '504b0304',
        '1400',
        '0008',
        '0800',
        '0000',
        '5d50',
        '04030201',
        '05000000',
        '09000000',
        '0400',
        '0400',
        hex(Buffer.from('a/é')),
        'feca0000',
      ].join(''),
    );
  });

  it('tells both sizes in the wide field when one is too large', () => {
    const bytes = localHeader({ ...member, size: 0x1_0000_0001, extraFields: [] });
    expect(bytes.readUInt16LE(4)).toBe(45);
    expect(hex(bytes.subarray(18, 26))).toBe('ffffffffffffffff');
    expect(hex(bytes.subarray(34))).toBe('01001000' + '0100000001000000' + '0500000000000000');
  });
});

describe('the largest number of 32 bits', () => {
  const [full, plain] = [0xffff_ffff, { ...member, extraFields: [] }];

  it.each([{ size: full }, { packedSize: full }])(
    'stands for the wide field, and is told there itself (%j)',
    (sizes) => {
      const wide = { ...plain, ...sizes };
      expect(localHeader(wide).readUInt16LE(28)).toBe(20);
      expect(hex(directoryEntry(wide, 0).subarray(50))).toBe('01000800' + 'ffffffff00000000' + '63');
    },
  );

  it('is so as an offset, and one less is not', () => {
    expect(hex(directoryEntry(plain, full).subarray(50))).toBe('01000800' + 'ffffffff00000000' + '63');
    expect(hex(directoryEntry({ ...plain, size: full - 1 }, full - 1).subarray(50))).toBe('63');
    expect(localHeader({ ...plain, size: full - 1, packedSize: full - 1 }).readUInt16LE(28)).toBe(0);
  });
});

describe('directoryEntry', () => {
  it('is what APPNOTE 4.3.12 says', () => {
    expect(hex(directoryEntry(member, 0x1234))).toBe(
      [
        '504b0102',
        '1e03',
        '1400',
        '0008',
        '0800',
        '0000',
        '5d50',
        '04030201',
        '05000000',
        '09000000',
        '0400',
        '0400',
        '0100',
        '0000',
        '0100',
        '0000a481',
        '34120000',
        hex(Buffer.from('a/é')),
        'feca0000',
        hex(Buffer.from('c')),
      ].join(''),
    );
  });

  it('tells only the offset in the wide field when only it is too large', () => {
    const bytes = directoryEntry({ ...member, extraFields: [], comment: Buffer.alloc(0) }, 0x1_0000_0002);
    expect(hex(bytes.subarray(42, 46))).toBe('ffffffff');
    expect(bytes.readUInt32LE(24)).toBe(9);
    expect(hex(bytes.subarray(50))).toBe('01000800' + '0200000001000000');
  });
});

describe('endRecords', () => {
  const place = { count: 2, offset: 100, size: 60, comment: Buffer.from('hi') };

  it('is the plain end where that is enough', () => {
    expect(hex(endRecords(place))).toBe(
      '504b050600000000020002003c00000064000000' + '0200' + hex(Buffer.from('hi')),
    );
  });

  it.each([
    ['members', { count: 65_535 }],
    ['bytes before it', { offset: 0xffff_ffff }],
    ['bytes of it', { size: 0xffff_ffff }],
  ])('has the wide end before it for many %s', (_, change) => {
    const bytes = endRecords({ ...place, ...change });
    expect(hex(bytes.subarray(0, 4))).toBe('504b0606');
    expect(hex(bytes.subarray(56, 60))).toBe('504b0607');
    expect(Number(bytes.readBigUInt64LE(64))).toBe(
      { ...place, ...change }.offset + { ...place, ...change }.size,
    );
    expect(hex(bytes.subarray(76, 80))).toBe('504b0506');
  });
});
