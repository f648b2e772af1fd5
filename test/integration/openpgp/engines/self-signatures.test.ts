import { createMessage, enums, generateKey, sign, type PrivateKey } from 'openpgp';
import { beforeEach, describe, expect, it } from 'vitest';
import { splitPackets, tags } from '../../../../src/openpgp/packets.js';
import { subpacketTypes } from '../../../../src/openpgp/signature-parts.js';
import { kindsWith, made, selfSignature, subkeyOf } from '../../../support/samples/self-signatures.js';
import { bytes } from '../../../support/samples/two-engines.js';

const { certGeneric, subkeyBinding } = enums.signature;
const year = 365 * 86_400;
const later = new Date('2020-01-02');

async function keyOf(name: string): Promise<PrivateKey> {
  const subkeys = [{ sign: true }];
  const { privateKey } = await generateKey({ userIDs: { name }, subkeys, format: 'object', date: made });
  return privateKey;
}

async function signedBy(key: PrivateKey, part: { getKeyID: PrivateKey['getKeyID'] }): Promise<Uint8Array> {
  return (await sign({
    message: await createMessage({ binary: bytes }),
    signingKeys: key,
    signingKeyIDs: [part.getKeyID()],
    detached: true,
    format: 'binary',
    date: new Date('2024-01-01'),
  })) as Uint8Array;
}

const consentOf = (subkey: PrivateKey['subkeys'][number]): unknown =>
  subkey.bindingSignatures[0]?.embeddedSignature;

let alice: PrivateKey;
let byPrimary: Uint8Array;
let bySubkey: Uint8Array;
beforeEach(async () => {
  alice = await keyOf('alice');
  [byPrimary, bySubkey] = [await signedBy(alice, alice), await signedBy(alice, subkeyOf(alice))];
});

/** Says anew of alice's user ID, or of her subkey, what its key may do and how long it lasts. */
async function certified(fields: Parameters<typeof selfSignature>[2]): Promise<{ write(): Uint8Array }> {
  const [user] = alice.users;
  const about = { signatureType: certGeneric, at: later, ...fields };
  const certification = await selfSignature(alice, { userID: user?.userID }, about);
  user?.selfCertifications.push(certification);
  return certification;
}
async function bound(fields: Parameters<typeof selfSignature>[2]): Promise<void> {
  const subkey = subkeyOf(alice);
  const about = { signatureType: subkeyBinding, embeddedSignature: consentOf(subkey), at: later, ...fields };
  subkey.bindingSignatures.push(await selfSignature(alice, { bind: subkey.keyPacket }, about));
}

const file = (key: PrivateKey): Buffer => Buffer.from(key.toPublic().write());

/** The key with a subpacket more in the part of its certifications that is not signed. */
function withUnsigned(key: PrivateKey, subpacket: readonly number[]): Buffer {
  const more = Buffer.of(subpacket.length, ...subpacket);
  return Buffer.concat(
    splitPackets(file(key)).packets.map(({ tag, body, bytes: whole }) => {
      if (tag !== tags.signature || body[1] !== certGeneric) return whole;
      const view = Buffer.from(body);
      const at = 6 + view.readUInt16BE(4);
      const length = view.readUInt16BE(at) + more.length;
      const parts = [
        view.subarray(0, at),
        Buffer.of(length >> 8, length & 0xff),
        more,
        view.subarray(at + 2),
      ];
      const longer = Buffer.concat(parts);
      return Buffer.concat([Buffer.of(0xc2, 0xff, 0, 0, longer.length >> 8, longer.length & 0xff), longer]);
    }),
  );
}

describe('a key', () => {
  it('that may certify alone does not sign', async () => {
    await certified({ keyFlags: [1] });
    expect(await kindsWith(byPrimary, file(alice))).toEqual(['key-unusable', 'key-unusable']);
    expect(await kindsWith(bySubkey, file(alice))).toEqual(['good', 'good']);
  });

  it('has nothing of what stands unsigned in its self-signatures', async () => {
    const { keyFlags, keyLifetime } = subpacketTypes;
    const fiftyYears = Buffer.alloc(4);
    fiftyYears.writeUInt32BE(50 * year);
    await certified({ keyFlags: [1], keyExpirationTime: 5 * year, keyNeverExpires: false });
    const signing = withUnsigned(alice, [keyFlags, 3]);
    expect(await kindsWith(byPrimary, signing)).toEqual(['key-unusable', 'key-unusable']);
    const lasting = withUnsigned(alice, [keyLifetime, ...fiftyYears]);
    expect(await kindsWith(bySubkey, lasting)).toEqual(['good-expired-since', 'good-expired-since']);
  });

  it('does not last longer by what it has not signed', async () => {
    await certified({ keyFlags: [3], keyExpirationTime: 5 * year, keyNeverExpires: false });
    const ended = file(alice);
    expect(await kindsWith(byPrimary, ended)).toEqual(['good-expired-since', 'good-expired-since']);
    const longer = (await certified({ keyFlags: [3], at: new Date('2020-01-03') })).write();
    const lasting = file(alice);
    expect(await kindsWith(byPrimary, lasting)).toEqual(['good', 'good']);
    const last = lasting.indexOf(longer) + longer.length - 1;
    lasting.writeUInt8(lasting.readUInt8(last) ^ 1, last);
    expect(await kindsWith(byPrimary, lasting)).toEqual(['good-expired-since', 'good-expired-since']);
  });
});

describe('a subkey', () => {
  it.each([1, 12])('that may do something else (%i) does not sign', async (flags) => {
    await bound({ keyFlags: [flags] });
    expect(await kindsWith(bySubkey, file(alice))).toEqual(['key-unusable', 'key-unusable']);
  });

  it('signs for its own key alone, though its consent to that was copied', async () => {
    const mallory = await keyOf('mallory');
    const taken = subkeyOf(alice);
    const embeddedSignature = consentOf(taken);
    expect(embeddedSignature).toBeDefined();
    const about = { signatureType: subkeyBinding, keyFlags: [2], embeddedSignature };
    const binding = await selfSignature(mallory, { bind: taken.keyPacket }, about);
    Object.assign(subkeyOf(mallory), { keyPacket: taken.keyPacket, bindingSignatures: [binding] });
    expect(await kindsWith(bySubkey, file(alice))).toEqual(['good', 'good']);
    expect(await kindsWith(bySubkey, file(mallory))).toEqual(['key-unusable', 'key-unusable']);
  });
});
