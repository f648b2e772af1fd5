import { createMessage, enums, generateKey, readPrivateKey, sign, type PrivateKey } from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { kindsWith, made, selfSignature, subkeyOf } from '../../../support/samples/self-signatures.js';
import { bytes } from '../../../support/samples/two-engines.js';

const year = 365 * 86_400;

const kindsOf = (signature: Uint8Array, key: PrivateKey): Promise<readonly string[]> =>
  kindsWith(signature, key.toPublic().write());

describe('a self-signature that has ended', () => {
  let whole: PrivateKey;
  let bySubkey: Uint8Array;
  let byPrimary: Uint8Array;
  beforeAll(async () => {
    const userIDs = { name: 'alice' };
    ({ privateKey: whole } = await generateKey({
      userIDs,
      subkeys: [{ sign: true }],
      format: 'object',
      date: made,
    }));
    const by = async (name: ReturnType<PrivateKey['getKeyID']>): Promise<Uint8Array> =>
      (await sign({
        message: await createMessage({ binary: bytes }),
        signingKeys: whole,
        signingKeyIDs: [name],
        detached: true,
        format: 'binary',
        date: new Date('2024-01-01'),
      })) as Uint8Array;
    [bySubkey, byPrimary] = [await by(subkeyOf(whole).getKeyID()), await by(whole.getKeyID())];
  });

  const copy = async (): Promise<PrivateKey> => readPrivateKey({ binaryKey: whole.write() });

  const bound = async (key: PrivateKey, fields: { ends?: number; at?: Date }): Promise<never> => {
    const subkey = subkeyOf(key);
    const [{ embeddedSignature } = { embeddedSignature: null }] = subkey.bindingSignatures;
    const { subkeyBinding: signatureType } = enums.signature;
    const about = { signatureType, keyFlags: [2], embeddedSignature: embeddedSignature as unknown };
    return selfSignature(key, { bind: subkey.keyPacket }, { ...about, ...fields });
  };

  it('no longer binds a subkey', async () => {
    const key = await copy();
    subkeyOf(key).bindingSignatures = [await bound(key, { ends: year })];
    expect(await kindsOf(bySubkey, key)).toEqual(['key-unusable', 'key-unusable']);
  });

  it('leaves nothing to the one before it', async () => {
    const key = await copy();
    const bindings = [await bound(key, {}), await bound(key, { ends: year, at: new Date('2021-01-01') })];
    subkeyOf(key).bindingSignatures = bindings;
    expect(await kindsOf(bySubkey, key)).toEqual(['key-unusable', 'key-unusable']);
  });

  it('no longer says of a key itself how long it lasts', async () => {
    const key = await copy();
    const { key: signatureType } = enums.signature;
    const says = { signatureType, keyExpirationTime: 5 * year, keyNeverExpires: false, keyFlags: [3] };
    const lasting = await selfSignature(key, {}, { ...says, at: new Date('2020-01-02') });
    const ended = await selfSignature(key, {}, { ...says, at: new Date('2020-01-03'), ends: year });
    const kinds = async (...direct: never[]): Promise<readonly string[]> =>
      kindsOf(byPrimary, Object.assign(key, { directSignatures: direct }));
    expect(await kinds(lasting)).toEqual(['good-expired-since', 'good-expired-since']);
    expect(await kinds(ended)).toEqual(['good', 'good']);
    expect(await kinds(lasting, ended)).toEqual(['good-expired-since', 'good-expired-since']);
  });

  it('revokes a key all the same', async () => {
    const key = await copy();
    const { keyRevocation: signatureType } = enums.signature;
    const revocation = await selfSignature(
      key,
      {},
      { signatureType, at: new Date('2020-01-02'), ends: year },
    );
    key.revocationSignatures.push(revocation);
    expect(await kindsOf(byPrimary, key)).toEqual(['revoked', 'revoked']);
  });
});
