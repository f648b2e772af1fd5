import {
  config,
  createMessage,
  enums,
  generateKey,
  readPrivateKey,
  sign,
  SignaturePacket,
  type PrivateKey,
} from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkDetached } from '../../../../src/openpgp/check-detached.js';
import { gnupgEngine } from '../../../../src/openpgp/gnupg/engine.js';
import { bytes, inProcess, time } from '../../../support/samples/two-engines.js';
import { GnupgHome } from '../../../support/workspaces/gnupg-home.js';

const made = new Date('2020-01-01');
const now = time('2026-01-01');
const year = 365 * 86_400;

/** What the library's declarations leave out. */
interface Writable {
  keyFlags: Uint8Array | number[] | null;
  signatureType: number;
  publicKeyAlgorithm: number;
  hashAlgorithm: number;
  embeddedSignature: unknown;
  keyExpirationTime: number | null;
  keyNeverExpires: boolean | null;
  signatureExpirationTime: number | null;
  signatureNeverExpires: boolean;
  sign: (key: unknown, data: object, date: Date, detached: boolean, config: unknown) => Promise<void>;
}

/** A signature of a key over itself or its subkey, which ends after so many seconds, or never. */
async function selfSignature(
  key: PrivateKey,
  over: object,
  fields: Partial<Writable> & { readonly ends?: number; readonly at?: Date },
): Promise<never> {
  const { ends, at = made, ...rest } = fields;
  const packet = new SignaturePacket() as unknown as Writable;
  const { algorithm: publicKeyAlgorithm } = key.keyPacket;
  Object.assign(packet, { publicKeyAlgorithm, hashAlgorithm: enums.hash.sha512, ...rest });
  if (ends !== undefined)
    Object.assign(packet, { signatureExpirationTime: ends, signatureNeverExpires: false });
  await packet.sign(key.keyPacket, { key: key.keyPacket, ...over }, at, true, config);
  return packet as never;
}

function subkeyOf({ subkeys: [subkey] }: PrivateKey): PrivateKey['subkeys'][number] {
  if (subkey === undefined) throw new Error('it has no subkey');
  return subkey;
}

/** What each engine says of a signature with this key. */
async function kindsWith(signature: Uint8Array, key: PrivateKey): Promise<readonly string[]> {
  const file = key.toPublic().write();
  using home = new GnupgHome();
  home.import(file);
  const words = ['gpg', '--homedir', home.path] as const;
  await using gnupg = await gnupgEngine({ words, signal: new AbortController().signal });
  await using library = inProcess(file);
  const [one] = await checkDetached(gnupg, { signature, bytes }, now);
  const [other] = await checkDetached(library, { signature, bytes }, now);
  return [one?.kind ?? '', other?.kind ?? ''];
}

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
    expect(await kindsWith(bySubkey, key)).toEqual(['key-unusable', 'key-unusable']);
  });

  it('leaves nothing to the one before it', async () => {
    const key = await copy();
    const bindings = [await bound(key, {}), await bound(key, { ends: year, at: new Date('2021-01-01') })];
    subkeyOf(key).bindingSignatures = bindings;
    expect(await kindsWith(bySubkey, key)).toEqual(['key-unusable', 'key-unusable']);
  });

  it('no longer says of a key itself how long it lasts', async () => {
    const key = await copy();
    const { key: signatureType } = enums.signature;
    const says = { signatureType, keyExpirationTime: 5 * year, keyNeverExpires: false, keyFlags: [3] };
    const lasting = await selfSignature(key, {}, { ...says, at: new Date('2020-01-02') });
    const ended = await selfSignature(key, {}, { ...says, at: new Date('2020-01-03'), ends: year });
    const kinds = async (...direct: never[]): Promise<readonly string[]> =>
      kindsWith(byPrimary, Object.assign(key, { directSignatures: direct }));
    expect(await kinds(lasting)).toEqual(['good-expired-since', 'good-expired-since']);
    expect(await kinds(ended)).toEqual(['good', 'good']);
    expect(await kinds(lasting, ended)).toEqual(['good-expired-since', 'good-expired-since']);
  });
});
