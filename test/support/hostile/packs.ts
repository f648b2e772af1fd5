import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

/** Kinds of objects in a pack. */
const kinds = { blob: 3, refDelta: 7 } as const;

/** A number as packs have it, seven bits in a byte. */
function number(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  do {
    const next = Math.floor(left / 128);
    bytes.push((left % 128) | (next > 0 ? 128 : 0));
    left = next;
  } while (left > 0);
  return Buffer.from(bytes);
}

/** What an object begins with: its kind, and its size. */
function head(kind: keyof typeof kinds, size: number): Buffer {
  const rest = Math.floor(size / 16);
  const first = (kinds[kind] << 4) | (size % 16) | (rest > 0 ? 128 : 0);
  return Buffer.concat([Buffer.from([first]), ...(rest > 0 ? [number(rest)] : [])]);
}

function packHead(objects: number): Buffer {
  const bytes = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
  bytes.writeUInt32BE(objects, 8);
  return bytes;
}

/** A whole pack of a few kilobytes with a file of `size` bytes, as a delta that copies another file over and over. */
export function deltaBomb(size: number): Buffer {
  const base = Buffer.alloc(0xffffff);
  const copies = Math.ceil(size / base.length);
  const copy = Buffer.from([0x80 | 0x10 | 0x20 | 0x40, 0xff, 0xff, 0xff]);
  const delta = Buffer.concat([
    number(base.length),
    number(base.length * copies),
    ...Array.from({ length: copies }, () => copy),
  ]);
  const hash = createHash('sha1')
    .update(`blob ${String(base.length)}\0`)
    .update(base)
    .digest();
  const pack = Buffer.concat([
    packHead(2),
    head('blob', base.length),
    deflateSync(base),
    head('refDelta', delta.length),
    hash,
    deflateSync(delta),
  ]);
  return Buffer.concat([pack, createHash('sha1').update(pack).digest()]);
}

/** A pack whose first file, of a terabyte, never ends. */
export function* endlessPack(): Generator<Buffer> {
  yield Buffer.concat([packHead(1000), head('blob', 2 ** 40), Buffer.from([0x78, 0x01])]);
  const stored = Buffer.alloc(60_005);
  stored.writeUInt16LE(60_000, 1);
  stored.writeUInt16LE(60_000 ^ 0xffff, 3);
  for (;;) yield stored;
}
