import type { Signed } from '../openpgp/check-detached.js';
import type { SignatureVerdict } from '../openpgp/verdict.js';

/** Makes signatures: the user's program, or a key file in process. */
export interface Signer extends AsyncDisposable {
  /** What messages call it: the program, or the key file. */
  readonly name: string;

  /** Makes the detached signature `<file>.sig`. Throws `signing-failed` or `signature-not-made`. */
  sign(file: string): Promise<void>;

  /**
   * What the signature that was just made is worth, seen with the same key; undefined where that can't be had here,
   * as with a program that isn't GnuPG and signs with a key that GnuPG doesn't have.
   */
  verify(signed: Signed): Promise<SignatureVerdict | undefined>;
}
