import type { Assertion } from '../../../src/assertion/assertion.js';
import type { SigningKey } from '../../../src/openpgp/engine.js';
import type { GoodVerdict } from '../../../src/openpgp/verdict.js';
import type { CheckedSigner } from '../../../src/verify/check-signer.js';
import { sha256 } from '../digest.js';

/** A fingerprint that begins with `name` in hexadecimal. */
export function fingerprint(name: string): string {
  return Buffer.from(name).toString('hex').toUpperCase().padEnd(40, '0').slice(0, 40);
}

/** An assertion with these outputs: path to content. */
export function assertionOf(
  outputs: Readonly<Record<string, string>>,
  other: Partial<Assertion> = {},
): Assertion {
  return {
    outManifest: Object.entries(outputs)
      .map(([path, content]) => `${sha256(content)}  ${path}\n`)
      .join(''),
    inManifest: `${sha256('descriptor')}  hello-desc.yml\n`,
    baseManifests: new Map(),
    cacheCommonManifest: '',
    cachePackageManifest: '',
    release: '1.0',
    name: 'hello',
    type: 'build',
    optionals: [],
    ...other,
  };
}

/** A key as engines describe it. */
export function keyOf(name: string, other: Partial<SigningKey> = {}): SigningKey {
  return {
    fingerprint: fingerprint(name),
    primaryFingerprint: fingerprint(name),
    userId: `${name}@example.org`,
    bits: 4096,
    created: 1_500_000_000,
    expires: undefined,
    revoked: undefined,
    ...other,
  };
}

/** A good verdict by the key of that name. */
export function goodBy(name: string, other: Partial<GoodVerdict> = {}): GoodVerdict {
  return {
    kind: 'good',
    keyId: fingerprint(name),
    signed: 1_600_000_000,
    algorithm: 'RSA',
    hash: 'SHA-512',
    version: 4,
    class: 0,
    key: keyOf(name),
    weak: [],
    ...other,
  } as GoodVerdict;
}

/** A signer with a good signature; by a key of the same name where nothing else is said. */
export function signed(signer: string, assertion: Assertion, verdict = goodBy(signer)): CheckedSigner {
  return { signer, verdict, content: { kind: 'assertion', assertion, bytes: Buffer.from(signer) } };
}
