import type { StatusLine } from './status.js';

/** What GnuPG says of one signature, before its key is looked at. */
export type CheckOutcome =
  | {
      readonly kind: 'valid';
      readonly fingerprint: string;
      readonly primaryFingerprint: string;
      readonly userId: string | undefined;
      readonly revoked: boolean;
    }
  | { readonly kind: 'invalid'; readonly userId: string | undefined }
  | { readonly kind: 'key-unknown' }
  | { readonly kind: 'key-unusable'; readonly reason: string }
  | { readonly kind: 'unsupported'; readonly reason: string };

/**
 * Reads the status lines of `gpg --verify` over one signature. A signature is valid only where VALIDSIG says so, exactly
 * once; everything unexpected is `unsupported`, with the last words of GnuPG.
 */
export function checkOutcome(lines: readonly StatusLine[], lastWords: string): CheckOutcome {
  const named = (keyword: string): StatusLine[] => lines.filter((line) => line.keyword === keyword);
  const [bad] = named('BADSIG');
  if (bad !== undefined) return { kind: 'invalid', userId: userIdIn(bad) };
  const [error] = named('ERRSIG');
  if (error !== undefined) return erroneous(error, lastWords);
  const [valid, second] = named('VALIDSIG');
  const about = lines.find(({ keyword }) => goodKeywords.has(keyword));
  if (valid === undefined || second !== undefined || about === undefined) {
    return {
      kind: 'unsupported',
      reason: lastWords === '' ? 'GnuPG says nothing of it' : `GnuPG: ${lastWords}`,
    };
  }
  const [fingerprint = ''] = valid.words;
  return {
    kind: 'valid',
    fingerprint,
    primaryFingerprint: valid.words[9] ?? fingerprint,
    userId: userIdIn(about),
    revoked: about.keyword === 'REVKEYSIG',
  };
}

const goodKeywords = new Set(['GOODSIG', 'EXPSIG', 'EXPKEYSIG', 'REVKEYSIG']);

/** `<keyword> <key ID> <user ID>`. */
function userIdIn({ words }: StatusLine): string | undefined {
  const userId = words.slice(1).join(' ');
  return userId === '' || userId === '[?]' ? undefined : userId;
}

/** What can't be said of a key, by libgpg-error's numbers: GPG_ERR_TIME_CONFLICT, GPG_ERR_WRONG_KEY_USAGE. */
const unusable: Readonly<Record<string, string>> = {
  39: 'is newer than the signature',
  125: 'is not made for signing',
};

/** `ERRSIG <key ID> <algorithm> <hash> <class> <time> <code> …`, with libgpg-error's code. */
function erroneous({ words }: StatusLine, lastWords: string): CheckOutcome {
  switch (words[5]) {
    case '9':
      return { kind: 'key-unknown' };
    case '4':
      return { kind: 'unsupported', reason: "GnuPG doesn't know its public-key algorithm" };
    case '5':
      return { kind: 'unsupported', reason: "GnuPG doesn't know its hash algorithm" };
    default:
      return {
        kind: 'key-unusable',
        reason: unusable[words[5] ?? ''] ?? `can't be used: GnuPG says "${lastWords}"`,
      };
  }
}
