import { describe, expect, it } from 'vitest';
import { KeyRing } from '../../../src/openpgp/in-process/key-ring.js';
import { readKeyFile } from '../../../src/openpgp/in-process/transferable-key.js';

/** A packet of the new format. */
const packet = (tag: number, body: Uint8Array): Buffer =>
  Buffer.concat([Uint8Array.of(0xc0 | tag, body.length), body]);

/** A primary key of version 4, whose numbers are nonsense. */
const primary = packet(6, Buffer.concat([Uint8Array.of(4, 0, 0, 0, 1, 22, 1, 9), Buffer.alloc(20, 7)]));

describe('a ring of keys', () => {
  it('puts tens of thousands of copies of one key together, each with something more', () => {
    const copies = Array.from({ length: 30_000 }, (_, n) =>
      Buffer.concat([primary, packet(13, Buffer.from(`user ${String(n)}`))]),
    );
    const ring = new KeyRing();
    ring.addFile(readKeyFile(Buffer.concat([...copies, ...copies])));
    const [key, second] = ring.keys;
    expect([key?.users.length, second, ring.size]).toEqual([30_000, undefined, 1]);
    expect(ring.find(key?.keyId ?? '')[0]).toBe(key);
  });

  it('has each copy of a user ID once, with all signatures over it', () => {
    const user = packet(13, Buffer.from('user'));
    const { keyId = '' } = readKeyFile(primary).keys[0] ?? {};
    const signature = (n: number): Buffer =>
      packet(2, Buffer.concat([Uint8Array.of(4, 0x13, n), Buffer.from(keyId, 'hex')]));
    const ring = new KeyRing();
    for (const signatures of [[signature(1)], [signature(2), signature(1)], []])
      ring.addFile(readKeyFile(Buffer.concat([primary, user, ...signatures])));
    expect(ring.keys.map(({ users }) => users.map(({ signatures }) => signatures.length))).toEqual([[2]]);
  });
});
