import { isDeepStrictEqual } from 'node:util';
import type { Assertion } from '../assertion/assertion.js';
import { readAssertion } from '../assertion/read.js';
import { GitianError } from '../core/errors/gitian-error.js';
import { checkDetached } from '../openpgp/check-detached.js';
import type { SignatureEngine } from '../openpgp/engine.js';
import { isGood } from '../openpgp/verdict.js';
import type { SignerFiles } from './signer-files.js';
import { bestVerdict, boundToSigner, type KeysOfSigner, type SignerVerdict } from './signer-verdict.js';

/** What signatures are checked with. */
export interface Trust {
  readonly engine: SignatureEngine;
  readonly keysOf: KeysOfSigner;
  /** Seconds since 1970. */
  readonly now: number;
}

/** One signer's signature, and what it was put under. */
export interface CheckedSigner {
  readonly signer: string;
  readonly verdict: SignerVerdict;
  /** Only under a good signature. Other bytes are never looked into. */
  readonly content: SignedContent | undefined;
}

/** The bytes under a good signature, read. */
export type SignedContent =
  | { readonly kind: 'assertion'; readonly assertion: Assertion; readonly bytes: Uint8Array }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Signature first, then content, both from the same bytes in memory. */
export async function checkSigner(files: SignerFiles, trust: Trust): Promise<CheckedSigner> {
  const { signer, assertion, signature } = files;
  const without = (verdict: SignerVerdict): CheckedSigner => ({ signer, verdict, content: undefined });
  if (assertion.kind === 'missing') return without({ kind: 'no-assertion' });
  if (assertion.kind === 'unreadable') return without({ kind: 'unreadable', reason: assertion.reason });
  if (signature.kind === 'missing') return without({ kind: 'unsigned' });
  if (signature.kind === 'unreadable') return without({ kind: 'unreadable', reason: signature.reason });
  const signed = { signature: signature.bytes, bytes: assertion.bytes };
  const verdicts = await checkDetached(trust.engine, signed, trust.now);
  const verdict = bestVerdict(verdicts.map((each) => boundToSigner(each, signer, trust.keysOf)));
  return { signer, verdict, content: isGood(verdict) ? await readContent(assertion.bytes) : undefined };
}

/** The same of files on a disk: who signs anew may have replaced a signature when what it was over was read already. */
export async function checkStoredSigner(
  read: () => SignerFiles,
  trust: Trust,
  files = read(),
): Promise<CheckedSigner> {
  const checked = await checkSigner(files, trust);
  if (isGood(checked.verdict)) return checked;
  const now = read();
  return isDeepStrictEqual(now, files) ? checked : checkSigner(now, trust);
}

async function readContent(bytes: Uint8Array): Promise<SignedContent> {
  try {
    return { kind: 'assertion', assertion: await readAssertion(bytes, 'the assertion'), bytes };
  } catch (error) {
    if (!(error instanceof GitianError)) throw error;
    return {
      kind: 'unreadable',
      reason: [error.message, ...error.lines.map((line) => line.trim())].join('; '),
    };
  }
}
