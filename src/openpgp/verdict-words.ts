import type { RevocationReason } from './engine.js';
import type { SignatureFacts, SignatureVerdict } from './verdict.js';

/** Why a verdict is what it is, in a few words; undefined for a plain good one. */
export function verdictReason(verdict: SignatureVerdict): string | undefined {
  switch (verdict.kind) {
    case 'good':
      return undefined;
    case 'good-expired-since':
      return `key expired since, on ${day(verdict.expired)}`;
    case 'good-revoked-since':
      return `key retired since, on ${day(verdict.revoked.at)}`;
    case 'expired-before-signing':
      return `key expired on ${day(verdict.expired)}, before it signed on ${day(verdict.signed)}`;
    case 'signature-expired':
      return `the signature expired on ${day(verdict.expired)}`;
    case 'revoked':
      return `key revoked on ${day(verdict.revoked.at)} ${revocationWords[verdict.revoked.reason]}, ${
        verdict.when === 'before' ? 'before' : 'after'
      } it signed on ${day(verdict.signed)}`;
    case 'key-unknown':
      return `key unknown: ${keyWords(verdict)}`;
    case 'key-unusable':
      return `the key ${keyWords(verdict)} ${verdict.reason}`;
    case 'bad':
      return `not over these bytes, or not by the key ${keyWords(verdict)}`;
    case 'not-detached':
      return `not a detached signature: ${verdict.what}`;
    case 'unreadable':
      return `the signature can't be read: ${verdict.reason}`;
  }
}

/** A key by the longest name that a signature has for it. */
function keyWords(facts: SignatureFacts): string {
  return facts.keyId ?? 'that it names';
}

const revocationWords: Readonly<Record<RevocationReason, string>> = {
  compromised: 'as compromised',
  retired: 'as retired',
  unspecified: 'for no stated reason',
};

/** The UTC day of a time in seconds since 1970. */
export function day(seconds: number | undefined): string {
  return utc(seconds)?.slice(0, 10) ?? 'an unknown day';
}

/** `2015-05-17 16:09:29 UTC`; undefined where the time isn't known or is beyond all calendars. */
export function utc(seconds: number | undefined): string | undefined {
  if (seconds === undefined || !Number.isFinite(seconds) || Math.abs(seconds) > 8.64e12) return undefined;
  return new Date(seconds * 1000).toISOString().replace('T', ' ').replace('.000Z', ' UTC');
}
