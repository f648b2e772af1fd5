import { createMessage, generateKey, sign, type PrivateKey, type SubkeyOptions } from 'openpgp';

/** What the signatures of {@link madeKeys} are over. */
export const signedText = Buffer.from('--- !!omap\n- out_manifest: |\n    hello\n');

/** A key that was made for this run, with signatures. */
export interface MadeKey {
  /** In upper-case hexadecimal. */
  readonly fingerprint: string;
  readonly publicBytes: Uint8Array;
  readonly armored: Uint8Array;
  readonly secretBytes: Uint8Array;
  readonly signatures: readonly Uint8Array[];
}

const date = new Date('2024-01-01T00:00:00Z');
const common = { userIDs: { name: 'a', email: 'a@example.org' }, date, format: 'object' } as const;

/** Keys of the common kinds: one signs itself, one with a subkey. */
export async function madeKeys(): Promise<readonly MadeKey[]> {
  const subkeys: SubkeyOptions[] = [{ sign: true }];
  return Promise.all([
    made((await generateKey({ ...common, type: 'ecc', curve: 'ed25519Legacy', subkeys })).privateKey),
    made((await generateKey({ ...common, type: 'ecc', curve: 'nistP256', subkeys: [] })).privateKey),
    made((await generateKey({ ...common, type: 'rsa', rsaBits: 2048, subkeys: [] })).privateKey),
  ]);
}

async function made(key: PrivateKey): Promise<MadeKey> {
  const publicKey = key.toPublic();
  const manners = [{ text: signedText.toString('utf8') }, { binary: new Uint8Array(signedText) }];
  const signatures = await Promise.all(
    manners.flatMap((content) => [signature(key, content, 'binary'), signature(key, content, 'armored')]),
  );
  return {
    fingerprint: publicKey.getFingerprint().toUpperCase(),
    publicBytes: publicKey.write(),
    armored: Buffer.from(publicKey.armor()),
    secretBytes: key.write(),
    signatures,
  };
}

type Content = { readonly text: string } | { readonly binary: Uint8Array };

async function signature(
  key: PrivateKey,
  content: Content,
  format: 'binary' | 'armored',
): Promise<Uint8Array> {
  const message =
    'text' in content
      ? await createMessage({ text: content.text })
      : await createMessage({ binary: content.binary });
  const how = { message, signingKeys: key, detached: true, date } as const;
  const signed: unknown =
    format === 'binary'
      ? await sign({ ...how, format: 'binary' })
      : await sign({ ...how, format: 'armored' });
  return signed instanceof Uint8Array ? signed : Buffer.from(String(signed));
}
