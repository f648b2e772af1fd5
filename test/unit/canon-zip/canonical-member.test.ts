import { describe, expect, it } from 'vitest';
import { canonicalMember } from '../../../src/canon-zip/canonical-member.js';
import { methods, type Member } from '../../../src/zip/member.js';

const member: Member = {
  name: Buffer.from('a'),
  path: 'a',
  comment: Buffer.from('words'),
  versionMadeBy: 0x031e,
  flags: 0xffff,
  method: methods.deflated,
  crc32: 1,
  packedSize: 2,
  size: 3,
  internalAttributes: 1,
  externalAttributes: 0o100644 << 16,
  extraFields: [],
  offset: 4,
  dataStart: 5,
};

describe('a canonical member', () => {
  it('has nothing of where it lay', () => {
    const { path, offset, dataStart, ...kept } = member;
    expect([path, offset, dataStart]).toEqual(['a', 4, 5]);
    expect(canonicalMember(member, 33)).toEqual({ ...kept, flags: expect.any(Number) as number, day: 33 });
  });

  it('says in its flags that its name is UTF-8, and of deflated data how hard they were packed', () => {
    expect(canonicalMember(member, 33).flags).toBe(0b1000_0000_0110);
    expect(canonicalMember({ ...member, method: methods.stored }, 33).flags).toBe(0b1000_0000_0000);
    expect(canonicalMember({ ...member, flags: 0b1000 }, 33).flags).toBe(0);
  });

  it('keeps the extra fields that belong to its content', () => {
    const fields = [0x0001, 0x5455, 0x7075, 0x6375, 0x7875, 0xcafe, 0x000a].map((id) => ({
      id,
      data: Buffer.of(1),
    }));
    const { extraFields } = canonicalMember({ ...member, extraFields: fields }, 33);
    expect(extraFields.map(({ id }) => id)).toEqual([0x7075, 0x6375, 0xcafe]);
  });
});
