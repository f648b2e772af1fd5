import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { unarmor } from '../../../src/openpgp/armor.js';
import { readDetachedSignature } from '../../../src/openpgp/detached-signature.js';
import { keyNames } from '../../../src/openpgp/fingerprint.js';
import { splitPackets, tags } from '../../../src/openpgp/packets.js';
import { readSignaturePacket } from '../../../src/openpgp/signature-packet.js';

/** A packet of the new format with a short body. */
const packet = (tag: number, ...body: number[]): Uint8Array =>
  Uint8Array.of(0xc0 | tag, body.length, ...body);

/** A version 4 signature with these subpackets, type and four more bytes. */
function signature(hashed: readonly number[], unhashed: readonly number[] = [], type = 0): Uint8Array {
  return packet(
    tags.signature,
    ...[4, type, 1, 8, 0, hashed.length, ...hashed, 0, unhashed.length, ...unhashed],
    ...[0xab, 0xcd, 0, 1, 1],
  );
}

const created = [5, 2, 0x60, 0, 0, 0];

describe('splitPackets', () => {
  it('takes no more than a file of thousands of keys has', () => {
    const { packets, problem } = splitPackets(Buffer.alloc(2_000_002, Uint8Array.of(0xc2, 0)));
    expect([packets.length, problem]).toEqual([1_000_000, 'it has more than 1000000 packets']);
  });

  it('reads every form of length', () => {
    const long = new Uint8Array(200).fill(7);
    const bytes = Buffer.concat([
      Uint8Array.of(0x80 | (2 << 2), 1, 9),
      Uint8Array.of(0x80 | (2 << 2) | 1, 0, 1, 9),
      Uint8Array.of(0x80 | (2 << 2) | 2, 0, 0, 0, 1, 9),
      packet(13, 1, 2, 3),
      Uint8Array.of(0xc0 | 13, 192, 8),
      long,
      Uint8Array.of(0xc0 | 13, 255, 0, 0, 0, 2, 5, 6),
    ]);
    const { packets, problem } = splitPackets(bytes);
    expect(problem).toBeUndefined();
    expect(packets.map(({ tag, body }) => [tag, body.length])).toEqual([
      [2, 1],
      [2, 1],
      [2, 1],
      [13, 3],
      [13, 200],
      [13, 2],
    ]);
    expect(Buffer.concat(packets.map((each) => each.bytes))).toEqual(bytes);
  });

  it.each([
    [[0xc2, 5, 1], 'it ends in the middle of a packet'],
    [[0xc2], 'it ends in the middle of a packet'],
    [[0x88, 1, 9, 0x20], 'it has bytes that are no packet'],
    [[0x80 | (2 << 2) | 3, 1], 'it has a packet without a length'],
    [[0xc0 | 2, 0xe0, 1], 'it has a packet without a length'],
  ])('says why %j ends too early', (bytes, problem) => {
    // A length that isn't there reads as none, so the packet itself is then too long or the rest isn't one.
    expect(['it ends in the middle of a packet', problem]).toContain(
      splitPackets(Uint8Array.from(bytes)).problem,
    );
  });

  it('takes a message without a length to the end', () => {
    expect(splitPackets(Uint8Array.of(0x80 | (8 << 2) | 3, 1, 2, 3)).packets).toMatchObject([{ tag: 8 }]);
  });

  it('never reads beyond the end, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const { packets } = splitPackets(bytes);
        const total = packets.reduce((sum, each) => sum + each.bytes.length, 0);
        expect(total).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

describe('readSignaturePacket', () => {
  const read = (bytes: Uint8Array): unknown => {
    const [first] = splitPackets(bytes).packets;
    return first === undefined ? undefined : readSignaturePacket(first);
  };

  it('reads version 4', () => {
    const keyId = [9, 16, 1, 2, 3, 4, 5, 6, 7, 8];
    const fingerprint = [22, 33, 4, ...new Array<number>(20).fill(0xee)];
    expect(read(signature([...created, 5, 3, 0, 0, 0, 10], [...keyId]))).toMatchObject({
      ...{ version: 4, type: 0, publicKeyAlgorithm: 1, hashAlgorithm: 8, created: 0x60000000 },
      ...{ expires: 0x60000000 + 10, issuerKeyId: '0102030405060708', issuerFingerprint: undefined },
    });
    expect(read(signature([...created, ...fingerprint]))).toMatchObject({
      issuerFingerprint: 'EE'.repeat(20),
      issuerKeyId: 'EE'.repeat(8),
    });
    expect(read(signature([...created, 34, 33, 6, ...new Array<number>(32).fill(0xdd)]))).toMatchObject({
      issuerFingerprint: 'DD'.repeat(32),
      issuerKeyId: 'DD'.repeat(8),
    });
  });

  it('reads version 3', () => {
    const body = [3, 5, 1, 0x55, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 17, 2, 0xab, 0xcd, 0, 1, 1];
    expect(read(packet(tags.signature, ...body))).toMatchObject({
      ...{ version: 3, type: 1, publicKeyAlgorithm: 17, hashAlgorithm: 2, created: 0x55000000 },
      ...{ issuerKeyId: '0102030405060708', expires: undefined },
    });
  });

  it('takes times and the reason of a revocation from what is signed only', () => {
    const reason = [2, 29, 3];
    const lifetime = [5, 3, 0, 0, 0, 10];
    expect(read(signature([...created, ...lifetime, ...reason], [], 0x20))).toMatchObject({
      ...{ created: 0x60000000, expires: 0x60000000 + 10, revocationReason: 3 },
    });
    expect(read(signature(created, [...lifetime, ...reason], 0x20))).toMatchObject({
      ...{ expires: undefined, revocationReason: undefined },
    });
    expect(read(signature([], created))).toMatchObject({ created: undefined });
  });

  it('takes the issuer from what is signed first', () => {
    const [one, other] = [0xee, 0xdd].map((byte) => [22, 33, 4, ...new Array<number>(20).fill(byte)]);
    expect(read(signature([...created, ...(one ?? [])], other))).toMatchObject({
      issuerFingerprint: 'EE'.repeat(20),
    });
  });

  it.each([
    ['two times', signature([...created, ...created])],
    ['subpackets that are longer than their place', signature([200, 2, 1])],
    ['an empty subpacket', signature([0])],
    ['no numbers', packet(tags.signature, 4, 0, 1, 8, 0, 0, 0, 0)],
    ['a short version 3', packet(tags.signature, 3, 5, 0)],
    [
      'a version 3 that hashes something else',
      packet(tags.signature, 3, 6, ...new Array<number>(20).fill(1)),
    ],
    ['a key ID of nine bytes', signature(created, [10, 16, ...new Array<number>(9).fill(1)])],
    ['a key ID of seven bytes', signature(created, [8, 16, ...new Array<number>(7).fill(1)])],
    ['a fingerprint of 21 bytes', signature([...created, 23, 33, 4, ...new Array<number>(21).fill(1)])],
    ['an empty fingerprint', signature([...created, 1, 33])],
    ["a version 4 key's fingerprint of 32 bytes", signature([34, 33, 4, ...new Array<number>(32).fill(1)])],
    ["a version 6 key's fingerprint of 20 bytes", signature([22, 33, 6, ...new Array<number>(20).fill(1)])],
  ])('calls %s damaged', (_, bytes) => {
    expect(read(bytes)).toBe('its signature is damaged');
  });

  it.each([
    [9, 'its signature is of version 9'],
    [0, 'its signature is of version 0'],
  ])('refuses version %i', (version, words) => {
    expect(read(packet(tags.signature, version, 1, 2, 3))).toBe(words);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.constantFrom(3, 4, 6), (bytes, version) => {
        read(packet(tags.signature, version, ...bytes));
      }),
    );
  });
});

describe('readDetachedSignature', () => {
  it('refuses more signatures than anybody makes', () => {
    const many = Buffer.concat(new Array<Uint8Array>(17).fill(signature(created)));
    expect(readDetachedSignature(many)).toEqual({
      kind: 'unreadable',
      reason: 'it holds more than 16 signatures',
    });
    expect(readDetachedSignature(many.subarray(0, (16 * many.length) / 17)).kind).toBe('signatures');
  });

  it('refuses what is signed over keys', () => {
    expect(readDetachedSignature(signature(created, [], 0x13))).toEqual({
      kind: 'not-detached',
      what: 'a signature of class 0x13, not over a file',
    });
  });

  it('refuses rubbish after a signature', () => {
    expect(readDetachedSignature(Buffer.concat([signature(created), Buffer.from('rubbish')])).kind).toBe(
      'unreadable',
    );
    expect(readDetachedSignature(Buffer.concat([signature(created), packet(11, 1)]))).toMatchObject({
      kind: 'not-detached',
    });
  });

  it('skips markers', () => {
    expect(
      readDetachedSignature(Buffer.concat([packet(tags.marker, 80, 71, 80), signature(created)])).kind,
    ).toBe('signatures');
    expect(readDetachedSignature(packet(tags.marker, 80, 71, 80))).toMatchObject({
      reason: 'it holds no signature',
    });
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        readDetachedSignature(bytes);
      }),
    );
  });
});

describe('unarmor', () => {
  const block = (label: string, text: string): string =>
    `-----BEGIN PGP ${label}-----\n${text}\n-----END PGP ${label}-----\n`;

  it('takes headers, checksum and DOS line ends away', () => {
    const armored = block(
      'SIGNATURE',
      'Version: GnuPG v1\nComment: x: y\n\naGVsbG8g\nd29ybGQ=\n=abcd',
    ).replaceAll('\n', '\r\n');
    expect(unarmor(Buffer.from(armored))).toEqual({
      kind: 'armored',
      blocks: [{ label: 'SIGNATURE', bytes: Buffer.from('hello world') }],
    });
  });

  it('finds several blocks among other text', () => {
    const text = `Keys:\n\n${block('PUBLIC KEY BLOCK', '\naGVsbG8=')}and\n${block('PUBLIC KEY BLOCK', '\nd29ybGQ=')}`;
    expect(unarmor(Buffer.from(text))).toMatchObject({ kind: 'armored', blocks: [{}, {}] });
  });

  it('tells binary data by its first byte', () => {
    expect(unarmor(Uint8Array.of(0x88, 1, 2))).toMatchObject({ kind: 'binary' });
  });

  it.each([
    ['-----BEGIN PGP SIGNATURE-----\n\naGVsbG8=', 'its armor has no end'],
    [block('SIGNATURE', '\naGV*bG8='), 'its armor is damaged'],
    [block('SIGNATURE', '\naGVsbG8'), 'its armor is damaged'],
    ['', 'it is empty'],
    ['<html>', 'it is a web page'],
    ['\ufeffhello', 'it is not OpenPGP data'],
  ])('refuses %j', (text, reason) => {
    expect(unarmor(Buffer.from(text))).toEqual({ kind: 'neither', reason });
  });
});

describe('keyNames', () => {
  it('is nothing for keys of version 3', () => {
    expect(keyNames({ tag: 6, body: Uint8Array.of(3, 1, 2), bytes: new Uint8Array() })).toBeUndefined();
  });
});
