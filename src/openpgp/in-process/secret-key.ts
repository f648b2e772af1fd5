import type { PrivateKey } from 'openpgp';
import { loadOpenPgp } from './library.js';
import { readKeyFile, type TransferableKey } from './transferable-key.js';

/** A secret key that can sign. */
export interface SecretKey {
  /** Its public half, to check with what it has signed. */
  readonly publicKey: TransferableKey;
  /** A binary detached signature, made at `time`. Throws with openpgp.js's words where the key may not sign then. */
  sign(bytes: Uint8Array, time: Date): Promise<Uint8Array>;
}

/** Why a secret key can't be used: completes "the key file …". */
export class SecretKeyProblem extends Error {
  override readonly name = 'SecretKeyProblem';
  readonly lies: 'in the file' | 'in the passphrase';

  constructor(message: string, lies: SecretKeyProblem['lies'] = 'in the file') {
    super(message);
    this.lies = lies;
  }
}

/**
 * Reads a file with one secret key, binary or armored. `passphrase` is asked only where the key is locked. Throws
 * `SecretKeyProblem`.
 */
export async function readSecretKey(
  bytes: Uint8Array,
  passphrase: () => Promise<string>,
): Promise<SecretKey> {
  const library = await loadOpenPgp();
  const isArmored = Buffer.from(bytes).includes('-----BEGIN PGP');
  const keys = await (
    isArmored
      ? library.readPrivateKeys({ armoredKeys: Buffer.from(bytes).toString('utf8') })
      : library.readPrivateKeys({ binaryKeys: bytes })
  ).catch((error: unknown) => {
    throw new SecretKeyProblem(`holds no secret key: ${words(error)}`);
  });
  const [key, second] = keys;
  if (key === undefined) throw new SecretKeyProblem('holds no secret key');
  if (second !== undefined)
    throw new SecretKeyProblem(`holds ${String(keys.length)} secret keys: which one is meant?`);
  const unlocked = isLocked(key) ? await unlock(key, await passphrase()) : key;
  const [publicKey] = readKeyFile(unlocked.toPublic().write()).keys;
  if (publicKey === undefined) throw new SecretKeyProblem('holds a key of a version that is not supported');
  return {
    publicKey,
    sign: async (signed, time) => {
      const message = await library.createMessage({ binary: signed });
      // The library's declarations of what it returns lean on types of streams that aren't there.
      const signature: unknown = await library.sign({
        message,
        signingKeys: unlocked,
        detached: true,
        format: 'binary',
        date: time,
        // The curve of Bitcoin's own signatures is switched off there, but a builder may have chosen it.
        config: { rejectCurves: new Set() },
      });
      if (!(signature instanceof Uint8Array)) throw new TypeError('openpgp.js returned no bytes');
      return signature;
    },
  };

  async function unlock(locked: PrivateKey, secret: string): Promise<PrivateKey> {
    return library.decryptKey({ privateKey: locked, passphrase: secret }).catch((error: unknown) => {
      throw new SecretKeyProblem(`can't be unlocked: ${words(error)}`, 'in the passphrase');
    });
  }
}

/** A part whose secret isn't there, as of a primary key kept offline, doesn't have to be unlocked. */
function isLocked(key: PrivateKey): boolean {
  return [key, ...key.subkeys].some(({ keyPacket }) => {
    const packet = keyPacket as { isDummy?(): boolean; isDecrypted(): boolean };
    return packet.isDummy?.() !== true && !packet.isDecrypted();
  });
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
