import { describe, expect, it } from 'vitest';
import { flagBits, type Member } from '../../../src/zip/member.js';
import { contradiction, overlapping, type LocalHeader } from '../../../src/zip/structure.js';

const local: LocalHeader = {
  flags: flagBits.utf8,
  method: 8,
  name: Buffer.from('a'),
  crc32: 7,
  packedSize: 10,
  size: 20,
};
const member: Member = {
  ...local,
  path: 'a',
  comment: Buffer.alloc(0),
  versionMadeBy: 20,
  internalAttributes: 0,
  externalAttributes: 0,
  extraFields: [],
  offset: 0,
  dataStart: 31,
};
const later = { flags: flagBits.utf8 | flagBits.descriptor };
const elsewhere = 0xffffffff;

describe('contradiction', () => {
  it.each<Partial<LocalHeader>>([
    {},
    { flags: 0 },
    { size: elsewhere, packedSize: elsewhere },
    { ...later, crc32: 0, size: 0, packedSize: 0 },
    { ...later, size: elsewhere, packedSize: elsewhere },
    later,
  ])('is none with %j in the local header', (told) => {
    expect(contradiction(member, { ...local, ...told })).toBeUndefined();
  });

  it.each<[Partial<LocalHeader>, string]>([
    [{ name: Buffer.from('b') }, 'has another name in its own header'],
    [{ method: 0 }, 'has another compression in its own header'],
    [{ flags: flagBits.utf8 | flagBits.encrypted }, 'is encrypted in one of its headers only'],
    [{ crc32: 8 }, 'has another checksum in its own header'],
    [{ crc32: 0 }, 'has another checksum in its own header'],
    [{ size: 21 }, 'has another size in its own header'],
    [{ packedSize: 11 }, 'has another size in its own header'],
    [{ size: 0 }, 'has another size in its own header'],
    [{ packedSize: 0 }, 'has another size in its own header'],
    [{ ...later, size: 21 }, 'has another size in its own header'],
    [{ ...later, packedSize: 11 }, 'has another size in its own header'],
  ])('is told with %j in it', (told, problem) => {
    expect(contradiction(member, { ...local, ...told })).toBe(problem);
  });

  it('is told of a member that is encrypted in the directory only', () => {
    const encrypted = { ...member, flags: member.flags | flagBits.encrypted };
    expect(contradiction(encrypted, local)).toBe('is encrypted in one of its headers only');
  });
});

describe('overlapping', () => {
  const [first, second] = [member, { ...member, path: 'b', offset: 41, dataStart: 72 }];

  it('is none of those that touch each other and the directory, in whatever order', () => {
    expect(overlapping([first, second], 82)).toBeUndefined();
    expect(overlapping([second, first], 82)).toBeUndefined();
  });

  it.each<[string, readonly Member[], number, string]>([
    ['the next one', [first, { ...second, offset: 40 }], 82, 'a'],
    ['one that the directory has before it', [{ ...second, offset: 40 }, first], 82, 'a'],
    ['the directory', [first, second], 81, 'b'],
  ])('is one that shares a byte with %s', (_, members, directoryStart, path) => {
    expect(overlapping(members, directoryStart)?.path).toBe(path);
  });
});
