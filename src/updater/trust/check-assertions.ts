import { readAssertion } from '../../assertion/read.js';
import type { Assertion } from '../../assertion/assertion.js';
import { GitianError } from '../../core/errors/gitian-error.js';
import { checkDetached } from '../../openpgp/check-detached.js';
import type { SignatureEngine } from '../../openpgp/engine.js';
import { isGood, type GoodVerdict, type SignatureVerdict } from '../../openpgp/verdict.js';
import { verdictReason } from '../../openpgp/verdict-words.js';
import type { PackagedAssertion } from '../package/gitian-folder.js';
import type { TrustedKey } from './trusted-keys.js';

/** An assertion that trusted keys signed. */
export interface TrustedAssertion {
  readonly path: string;
  readonly signaturePath: string;
  readonly assertion: Assertion;
  /** Whose good signatures it has; each at least once. */
  readonly signedBy: readonly TrustedKey[];
}

/** What the package's assertions come to. Remarks and problems are sentences; one problem is enough to refuse it. */
export interface CheckedAssertions {
  readonly trusted: readonly TrustedAssertion[];
  readonly remarks: readonly string[];
  readonly problems: readonly string[];
}

/** Whom an update trusts, and at what time, in seconds since 1970. */
export interface Trust {
  readonly keys: readonly TrustedKey[];
  readonly engine: SignatureEngine;
  readonly now: number;
}

/** Checks every assertion's signature, and reads those that a trusted key signed; of others nothing is looked at. */
export async function checkAssertions(
  packaged: readonly PackagedAssertion[],
  { keys, engine, now }: Trust,
): Promise<CheckedAssertions> {
  const trusted: TrustedAssertion[] = [];
  const remarks: string[] = [];
  const problems: string[] = [];
  for (const { assertion, signature } of packaged) {
    if (signature === undefined) {
      remarks.push(`${assertion.path} has no signature, and doesn't count`);
      continue;
    }
    const verdicts = await checkDetached(engine, { signature: signature.bytes, bytes: assertion.bytes }, now);
    const good = verdicts.filter(isGood).filter(({ weak }) => !weak.includes('MD5'));
    const signedBy = keys.filter((key) => good.some((verdict) => isBy(verdict, key)));
    if (signedBy.length === 0) {
      const bad = verdicts.filter(({ kind }) => kind === 'bad');
      if (bad.length > 0) problems.push(`${assertion.path} is not what was signed: ${reasons(bad)}`);
      else remarks.push(`${assertion.path} doesn't count: ${reasons(verdicts)}`);
      continue;
    }
    remarks.push(...weakness(assertion.path, good));
    const read = await readTrusted(assertion.bytes, assertion.path);
    if (typeof read === 'string') problems.push(read);
    else trusted.push({ path: assertion.path, signaturePath: signature.path, assertion: read, signedBy });
  }
  return { trusted, remarks, problems };
}

/** The key that signed is the configured one, or a signing subkey of the configured primary key. */
function isBy(verdict: GoodVerdict, { signer, key }: TrustedKey): boolean {
  const { fingerprint, primaryFingerprint } = verdict.key;
  if (primaryFingerprint !== key.fingerprint) return false;
  return signer.fingerprint === fingerprint || signer.fingerprint === primaryFingerprint;
}

function reasons(verdicts: readonly SignatureVerdict[]): string {
  const found = verdicts.map((verdict) => verdictReason(verdict) ?? 'its key is not the configured one');
  return [...new Set(found)].join('; ');
}

function weakness(path: string, good: readonly GoodVerdict[]): string[] {
  const weak = [...new Set(good.flatMap((verdict) => verdict.weak))];
  return weak.length === 0 ? [] : [`${path} is signed in a way that is weak today: ${weak.join(', ')}`];
}

async function readTrusted(bytes: Buffer, path: string): Promise<Assertion | string> {
  try {
    return await readAssertion(bytes, path);
  } catch (error) {
    if (error instanceof GitianError) {
      return [error.message, ...error.lines.map((line) => line.trim())].join('; ');
    }
    throw error;
  }
}
