import type { KeyFacts, SignatureVerdict } from '../openpgp/verdict.js';
import { isGood } from '../openpgp/verdict.js';
import { verdictReason } from '../openpgp/verdict-words.js';

/** What a signer's signature is worth: what the signature is, and whose. A closed union. */
export type SignerVerdict =
  | SignatureVerdict
  /** A good signature by a key that isn't this signer's. */
  | ({ readonly kind: 'wrong-key'; readonly listed: boolean } & KeyFacts)
  /** There is no signature. */
  | { readonly kind: 'unsigned' }
  /** The signer has nothing to say about this package. */
  | { readonly kind: 'no-assertion' };

/** Which primary keys are a signer's, by fingerprint; undefined where every key at hand is anybody's. */
export type KeysOfSigner = ((signer: string) => readonly string[]) | undefined;

/** A good signature counts only if its key is the signer's. */
export function boundToSigner(
  verdict: SignatureVerdict,
  signer: string,
  keysOf: KeysOfSigner,
): SignerVerdict {
  if (keysOf === undefined || !isGood(verdict)) return verdict;
  const keys = keysOf(signer);
  const { primaryFingerprint } = verdict.key;
  if (primaryFingerprint !== undefined && keys.includes(primaryFingerprint)) return verdict;
  const { keyId, signed, algorithm, hash, version, class: type, key, weak } = verdict;
  const facts = { keyId, signed, algorithm, hash, version, class: type, key, weak };
  return { kind: 'wrong-key', listed: keys.length > 0, ...facts };
}

/** Of several signatures in one file the best counts: one good one of the right key is enough. */
export function bestVerdict(verdicts: readonly SignerVerdict[]): SignerVerdict {
  const [first, ...rest] = verdicts;
  if (first === undefined) return { kind: 'unsigned' };
  return rest.reduce((best, next) => (rank(next) < rank(best) ? next : best), first);
}

/** From the best to the worst, and among the bad ones from the most to the least telling. */
const order: readonly SignerVerdict['kind'][] = [
  'good',
  'good-expired-since',
  'good-revoked-since',
  'wrong-key',
  'expired-before-signing',
  'signature-expired',
  'revoked',
  'bad',
  'key-unusable',
  'key-unknown',
  'not-detached',
  'unreadable',
  'unsigned',
  'no-assertion',
];

function rank(verdict: SignerVerdict): number {
  return order.indexOf(verdict.kind);
}

/** Why a verdict is what it is, in a few words; undefined for a plain good one. */
export function signerReason(verdict: SignerVerdict): string | undefined {
  switch (verdict.kind) {
    case 'wrong-key': {
      const key = [verdict.key.primaryFingerprint, verdict.key.userId].filter((part) => part !== undefined);
      return verdict.listed
        ? `a good signature, but by ${key.join(' ')}, which is not this signer's key`
        : `a good signature by ${key.join(' ')}, but this signer is not in the list of signers`;
    }
    case 'unsigned':
      return 'the assertion has no signature';
    case 'no-assertion':
      return 'no assertion of this package';
    default:
      return verdictReason(verdict);
  }
}
