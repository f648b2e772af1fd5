/** Names of public-key algorithms as the tables of RFC 9580 number them; several numbers share a name. */
const publicKeyNames: Readonly<Record<number, string>> = {
  1: 'RSA',
  3: 'RSA',
  17: 'DSA',
  19: 'ECDSA',
  22: 'EdDSA',
  27: 'Ed25519',
  28: 'Ed448',
};

const hashNames: Readonly<Record<number, string>> = {
  1: 'MD5',
  2: 'SHA-1',
  3: 'RIPEMD-160',
  8: 'SHA-256',
  9: 'SHA-384',
  10: 'SHA-512',
  11: 'SHA-224',
  12: 'SHA3-256',
  14: 'SHA3-512',
};

/** `RSA`, `DSA`, `EdDSA` …; an unknown number is told as one. */
export function publicKeyName(algorithm: number): string {
  return publicKeyNames[algorithm] ?? `public-key algorithm ${String(algorithm)}`;
}

/** `SHA-1`, `SHA-512` …; an unknown number is told as one. */
export function hashName(algorithm: number): string {
  return hashNames[algorithm] ?? `hash algorithm ${String(algorithm)}`;
}

/** Something that a good signature should no longer be made with: a remark, and a failure with `--strict`. */
export type Weakness = 'MD5' | 'SHA-1' | 'RIPEMD-160' | 'DSA-1024' | 'RSA-1024' | 'version 3';

/** What is weak about a signature, most telling first. `bits` is undefined where the key's size isn't known or doesn't matter. */
export function weaknesses(of: {
  readonly version: number;
  readonly publicKeyAlgorithm: number;
  readonly hashAlgorithm: number;
  readonly bits: number | undefined;
}): readonly Weakness[] {
  const found: Weakness[] = [];
  if (of.hashAlgorithm === 1) found.push('MD5');
  if (of.hashAlgorithm === 2) found.push('SHA-1');
  if (of.hashAlgorithm === 3) found.push('RIPEMD-160');
  // A little above 1024, since the top bits of a number may be 0 and some keys are of odd sizes.
  const short = of.bits !== undefined && of.bits < 2000;
  if (short && of.publicKeyAlgorithm === 17) found.push('DSA-1024');
  if (short && publicKeyNames[of.publicKeyAlgorithm] === 'RSA') found.push('RSA-1024');
  if (of.version === 3) found.push('version 3');
  return found;
}
