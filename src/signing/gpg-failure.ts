import { lastLine } from '../core/processes/process.js';
import { shortLines } from '../core/words/short-lines.js';

/** What is behind GnuPG's last words: completes the sentence `"gpg" …`, and what to type. */
export interface Explanation {
  readonly outcome: string;
  readonly hint: string | undefined;
}

/** How GnuPG ended without signing. */
export interface GpgEnd {
  readonly stderr: string;
  readonly exitCode: number;
  readonly signer: string;
  /** The signer's key in GnuPG's listing: `e` expired, `r` revoked; GnuPG's own words don't tell these apart. */
  readonly validity: string | undefined;
}

/** Translates what GnuPG says when it doesn't sign; what isn't known is told as it is. */
export function explainGpg(end: GpgEnd): Explanation {
  const said = shortLines(end.stderr);
  const known = explanations.find(({ words }) => words.test(said));
  if (known !== undefined) return known.explain(end.signer, end.validity);
  const last = lastLine(said).replace(/^gpg: /, '');
  const outcome = last === '' ? `exited with ${String(end.exitCode)}` : `says: ${last}`;
  return { outcome, hint: undefined };
}

/** Whether it has to be found out why a key can't be used. */
export function isUnusableKey(stderr: string): boolean {
  return unusable.test(shortLines(stderr));
}

const unusable = /Unusable (?:secret|public) key|[Kk]ey expired|[Kk]ey.* revoked/;

interface Known {
  readonly words: RegExp;
  readonly explain: (signer: string, validity: string | undefined) => Explanation;
}

const explanations: readonly Known[] = [
  {
    words: unusable,
    explain: (signer, validity) => unusableKey(signer, validity),
  },
  {
    words: /No secret key|secret key not available/,
    explain: (signer) => ({
      outcome: `has no secret key for "${signer}"`,
      hint: 'name one of those that `gpg --list-secret-keys` shows with --signer',
    }),
  },
  {
    words: /cancelled/i,
    explain: () => ({ outcome: 'was not given the passphrase', hint: 'run the command again, and give it' }),
  },
  {
    words: /Bad passphrase/,
    explain: () => ({ outcome: 'was given a wrong passphrase', hint: 'run the command again' }),
  },
  {
    words: /Inappropriate ioctl|No pinentry|cannot open '\/dev\/tty'|Screen or window too small/,
    explain: () => ({
      outcome: 'has no way to ask for the passphrase',
      hint: 'run it on a terminal, after: export GPG_TTY=$(tty)',
    }),
  },
  {
    words: /Timeout/,
    explain: () => ({ outcome: 'waited too long for the passphrase', hint: 'run the command again' }),
  },
  {
    words: /No agent running|can't connect to the agent|problem with the agent/,
    explain: () => ({
      outcome: "can't reach its agent",
      hint: 'gpgconf --kill gpg-agent, then run the command again',
    }),
  },
  {
    words: /Card (?:error|removed)|No such device|[Cc]ard not present/,
    explain: () => ({ outcome: "can't reach the smart card", hint: 'gpg --card-status' }),
  },
];

function unusableKey(signer: string, validity: string | undefined): Explanation {
  switch (validity) {
    case 'e':
      return {
        outcome: `can't sign as "${signer}": the key has expired`,
        hint: `gpg --quick-set-expire FINGERPRINT 1y, with the fingerprint that \`gpg --list-keys '${signer}'\` shows`,
      };
    case 'r':
      return {
        outcome: `can't sign as "${signer}": the key has been revoked`,
        hint: 'name another key with --signer',
      };
    default:
      return {
        outcome: `can't sign as "${signer}": the key isn't one that may sign`,
        hint: `gpg --list-secret-keys '${signer}'`,
      };
  }
}
