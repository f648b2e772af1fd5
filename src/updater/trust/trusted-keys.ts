import {
  readKeyFile,
  withRevocations,
  type TransferableKey,
} from '../../openpgp/in-process/transferable-key.js';
import type { TrustedSigner } from '../configuration.js';
import type { PackageText } from '../package/gitian-folder.js';

/** A configured signer whose key the package brings. */
export interface TrustedKey {
  readonly signer: TrustedSigner;
  readonly key: TransferableKey;
  readonly file: PackageText;
}

/** The keys that may count, and why others may not. */
export interface TrustedKeys {
  readonly keys: readonly TrustedKey[];
  /** Sentences. */
  readonly remarks: readonly string[];
}

/** Takes a signer's key from its file: it must hold the configured key and no other. */
export function trustedKeys(
  signers: readonly TrustedSigner[],
  files: ReadonlyMap<string, PackageText>,
): TrustedKeys {
  const keys: TrustedKey[] = [];
  const remarks: string[] = [];
  for (const signer of signers) {
    const file = files.get(signer.key);
    if (file === undefined) {
      remarks.push(`there is no key of ${signer.name} in it`);
      continue;
    }
    const found = onlyKey(signer, file);
    if (typeof found === 'string') remarks.push(`the key file ${file.path} is not used: ${found}`);
    else keys.push({ signer, key: found, file });
  }
  return { keys, remarks };
}

function onlyKey(signer: TrustedSigner, file: PackageText): TransferableKey | string {
  const { keys, revocations, problems } = readKeyFile(file.bytes);
  const [key, second] = keys;
  if (key === undefined || problems.length > 0) return problems[0] ?? 'it holds no public key';
  if (second !== undefined) return 'it holds more than one key';
  const names = [key, ...key.subkeys].map(({ fingerprint }) => fingerprint);
  if (!names.includes(signer.fingerprint))
    return `it holds the key ${key.fingerprint}, not ${signer.fingerprint}`;
  if (signer.keyId !== undefined && !isNameOf(signer.keyId, key)) {
    return `it holds the key ${key.fingerprint}, not ${signer.keyId}`;
  }
  return withRevocations(key, revocations);
}

/** The whole fingerprint, or the end of it (in version 6 the beginning), as key IDs are. */
function isNameOf(name: string, { fingerprint, keyId }: TransferableKey): boolean {
  return name === fingerprint || name === keyId || (fingerprint.length === 40 && fingerprint.endsWith(name));
}
