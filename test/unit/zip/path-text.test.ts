import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { extraKinds, flagBits } from '../../../src/zip/member.js';
import { pathText } from '../../../src/zip/path-text.js';

/** The extra field that tells the name of `name` in UTF-8. */
function unicodePath(name: Buffer, told: string): { id: number; data: Buffer } {
  const head = Buffer.alloc(5);
  head.writeUInt8(1, 0);
  head.writeUInt32LE(crc32(name), 1);
  return { id: extraKinds.unicodePath, data: Buffer.concat([head, Buffer.from(told)]) };
}

const ascii = Buffer.from('a');
const notUtf8 = Buffer.from([0x81]);

it.each([
  ['UTF-8 where the flag says so', Buffer.from('ü'), flagBits.utf8, [], 'ü'],
  ['what is not UTF-8 although the flag says so', notUtf8, flagBits.utf8, [], '\ufffd'],
  ['UTF-8 where nothing says so', Buffer.from('ü'), 0, [], 'ü'],
  ['code page 437 where it is no UTF-8', notUtf8, 0, [], 'ü'],
  ['an extra field before the name', ascii, 0, [unicodePath(ascii, 'ü')], 'ü'],
  ['the name before an extra field of another name', ascii, 0, [unicodePath(Buffer.from('b'), 'ü')], 'a'],
  ['a byte order mark as a part of the name', Buffer.from('\ufeffa'), 0, [], '\ufeffa'],
  ['a backslash as it is', Buffer.from('a\\b'), flagBits.utf8, [], 'a\\b'],
  ['a backslash as it is, without the flag too', Buffer.from([0x81, 0x5c]), 0, [], 'ü\\'],
])('the text of a name is %s', (_, name, flags, extraFields, text) => {
  expect(pathText(name, flags, extraFields)).toBe(text);
});
