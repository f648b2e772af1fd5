import { isDeepStrictEqual } from 'node:util';
import type { Assertion } from '../assertion/assertion.js';
import { readAssertion } from '../assertion/read.js';
import { GitianError } from '../core/errors/gitian-error.js';
import { Room } from '../core/room.js';
import { checkRead } from '../openpgp/check-detached.js';
import type { SignatureEngine } from '../openpgp/engine.js';
import { isGood } from '../openpgp/verdict.js';
import { isSignature, readSignerFiles, type SignerFiles, type SignerPlace } from './signer-files.js';
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

/** What large assertions that are being checked may take of the memory together; in bytes, as the size of small ones is. */
const room = new Room(64 << 20);
const small = 256 << 10;

/** Checks the files of one signer. */
export function checkSigner(place: SignerPlace, trust: Trust): Promise<CheckedSigner> {
  const files = readSignerFiles(place, small);
  const { assertion, signature } = files;
  if (assertion.kind !== 'found' || !isSignature(signature)) return checkTwice(place, trust, files);
  return room.with(assertion.size, () => checkTwice(place, trust, readSignerFiles(place)));
}

/** Twice if need be: who signs anew may have replaced one file when the other was read already. */
async function checkTwice(place: SignerPlace, trust: Trust, files: SignerFiles): Promise<CheckedSigner> {
  const checked = await checkFiles(files, trust);
  if (isGood(checked.verdict)) return checked;
  const now = readSignerFiles(place);
  return isDeepStrictEqual(now, files) ? checked : checkFiles(now, trust);
}

/** Signature first, then content, both from the same bytes in memory. */
async function checkFiles(
  { signer, assertion, signature }: SignerFiles,
  trust: Trust,
): Promise<CheckedSigner> {
  const without = (verdict: SignerVerdict): CheckedSigner => ({ signer, verdict, content: undefined });
  if (assertion.kind === 'missing') return without({ kind: 'no-assertion' });
  if (assertion.kind === 'unreadable') return without({ kind: 'unreadable', reason: assertion.reason });
  if (signature.kind === 'missing') return without({ kind: 'unsigned' });
  if (signature.kind === 'unreadable') return without({ kind: 'unreadable', reason: signature.reason });
  const bytes = assertion.kind === 'read' ? assertion.bytes : nothing;
  const verdicts = await checkRead(trust.engine, { signature: signature.holds, bytes }, trust.now);
  const verdict = bestVerdict(verdicts.map((each) => boundToSigner(each, signer, trust.keysOf)));
  return { signer, verdict, content: isGood(verdict) ? await readContent(bytes) : undefined };
}

/** What is under a signature that is none. */
const nothing = new Uint8Array();

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
