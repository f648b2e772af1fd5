import { config, enums, SignaturePacket, type PrivateKey } from 'openpgp';
import { checkDetached } from '../../../src/openpgp/check-detached.js';
import { gnupgEngine } from '../../../src/openpgp/gnupg/engine.js';
import { GnupgHome } from '../workspaces/gnupg-home.js';
import { bytes, inProcess, time } from './two-engines.js';

/** When keys and their self-signatures are made where nothing else is said. */
export const made = new Date('2020-01-01');

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
  sign: (
    ...of: [key: unknown, data: object, date: Date, detached: boolean, config: unknown]
  ) => Promise<void>;
}

/** A signature of a key over itself or its subkey, which ends after so many seconds, or never. */
export async function selfSignature(
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

/** The one subkey that a key has. */
export function subkeyOf({ subkeys: [subkey] }: PrivateKey): PrivateKey['subkeys'][number] {
  if (subkey === undefined) throw new Error('it has no subkey');
  return subkey;
}

/** What each engine says of a signature over the usual bytes with the key of this file, in 2026. */
export async function kindsWith(signature: Uint8Array, file: Uint8Array): Promise<readonly string[]> {
  const now = time('2026-01-01');
  using home = new GnupgHome();
  home.import(file);
  const words = ['gpg', '--homedir', home.path] as const;
  await using gnupg = await gnupgEngine({ words, signal: new AbortController().signal });
  await using library = inProcess(file);
  const [one] = await checkDetached(gnupg, { signature, bytes }, now);
  const [other] = await checkDetached(library, { signature, bytes }, now);
  return [one?.kind ?? '', other?.kind ?? ''];
}
