import { outOfRoom } from '../../core/files/full-disk.js';
import { shortLines } from '../../core/words/short-lines.js';

/** What a log's last lines mean: one sentence, and what to do about it. */
export interface Diagnosis {
  readonly reason: string;
  readonly hint: string | undefined;
}

interface Symptom {
  readonly pattern: RegExp;
  readonly reason: (match: RegExpMatchArray) => string;
  readonly hint?: string;
}

/** What apt and dpkg say when they can't, most telling first. */
const symptoms: readonly Symptom[] = [
  {
    pattern: outOfRoom,
    reason: () => 'the disk is full',
    hint: 'make room on the disk that holds the workspace',
  },
  {
    pattern: /Mirror sync in progress|Hash Sum mismatch/,
    reason: () => "the archive's indexes don't fit together just now",
    hint: 'try again later, or make the base image from another archive: make-base-vm --mirror URL',
  },
  {
    pattern: /Unable to locate package (\S+)/,
    reason: (match) => `the archive has no package "${match[1] ?? ''}"`,
    hint: 'correct the name under packages: in the descriptor; a foreign architecture needs multiarch:',
  },
  {
    pattern: /Package '?(\S+?)'? has no installation candidate/,
    reason: (match) => `the archive has no installable version of "${match[1] ?? ''}"`,
    hint: 'correct the name under packages: in the descriptor',
  },
  {
    pattern: /have unmet dependencies|held broken packages/,
    reason: () => "the packages' dependencies can't be met together",
    hint: 'the log says which; a repository under repositories: may not fit the suite',
  },
  {
    pattern: /Temporary failure resolving '([^']+)'|Could not resolve '([^']+)'/,
    reason: (match) => `the name "${match[1] ?? match[2] ?? ''}" can't be resolved`,
    hint: 'check the network and the name server of this host',
  },
  {
    pattern: /(?:Could not|Unable to|Cannot) (?:connect|initiate the connection) to (\S+)/,
    reason: (match) => `there is no connection to ${match[1] ?? ''}`,
    hint: 'check the network of this host',
  },
  {
    pattern: /(?:NO_PUBKEY|EXPKEYSIG|BADSIG) (\S+)/,
    reason: (match) => `the archive's signature by key ${match[1] ?? ''} can't be verified`,
    hint: 'make the base image again, or correct repositories: in the descriptor',
  },
  {
    pattern: /^E: Failed to fetch (\S+) +(\S.*)$/m,
    reason: (match) => `${match[1] ?? ''} can't be fetched: ${withoutAddress(match[2] ?? '')}`,
    hint: 'try again; if it fails again, check the network of this host, and that the archive is there',
  },
  {
    pattern: /^E: (.+)$/m,
    reason: (match) => match[1] ?? '',
  },
  {
    pattern: /^update-alternatives: error: (.+)$/m,
    reason: (match) => match[1] ?? '',
    hint: 'correct alternatives: in the descriptor',
  },
];

/** What apt says went wrong, without the address that it ends with: ` [IP: 192.0.2.1 80]`. */
function withoutAddress(words: string): string {
  const end = words.indexOf(' [IP: ');
  return (end === -1 ? words : words.slice(0, end)).trimEnd();
}

/** Reads the end of a provisioning log; `outcome` is what is said when nothing in it is known. */
export function diagnose(lines: readonly string[], outcome: string): Diagnosis {
  const text = shortLines(lines);
  for (const { pattern, reason, hint } of symptoms) {
    const match = pattern.exec(text);
    if (match !== null) return { reason: reason(match), hint };
  }
  return { reason: outcome, hint: undefined };
}

/** What to do about a script that ended like this. */
export function scriptHint(exitCode: number, lines: readonly string[]): string | undefined {
  if (lines.some((line) => outOfRoom.test(line))) return 'make room on the disk that holds the workspace';
  if (exitCode === 137) return 'something killed it; if the memory ran out, give the target more with -m';
  return undefined;
}
