import { failure, type FailureDetails, type GitianError } from '../../core/errors/gitian-error.js';
import { howToReplace, programsMissing, type HostProgram } from '../../core/processes/find-programs.js';
import { shortLines } from '../../core/words/short-lines.js';

/** What was being made, for the words of a failure. */
export interface Attempt {
  readonly image: string;
  readonly suite: string;
  readonly architecture: string;
  readonly keyrings: readonly string[];
  /** Where the root file system grew. */
  readonly directory: string;
  /** Size of a machine's disk in MiB. */
  readonly disk: number;
  /** The programs that make it. */
  readonly programs: readonly HostProgram[];
}

/** One way to fail: how its line looks, and the failure that it tells of, if any. The pattern's groups are `found`. */
interface Sign {
  readonly pattern: RegExp;
  readonly told: (
    found: readonly string[],
    attempt: Attempt,
    details: FailureDetails,
  ) => GitianError | undefined;
}

/** The signs, what explains more before what follows from it. */
const signs: readonly Sign[] = [
  {
    pattern: /^E: the disk is too small: (\d+) MiB are needed$/m,
    told: ([needed = ''], { disk }, details) =>
      failure('base-disk-too-small', { disk: String(disk), needed }, details),
  },
  {
    pattern: /No space left on device|enough (?:free )?space/i,
    told: (_, { directory }, details) => failure('disk-full', { path: directory }, details),
  },
  {
    pattern: /^(.*(?:Read-only file system|Input\/output error).*)$/m,
    told: ([reason = ''], { directory }, details) => {
      const hint = 'see how its disk is mounted, and whether it failed: findmnt -T, dmesg';
      return failure('not-writable', { path: directory, reason, hint }, details);
    },
  },
  {
    pattern: /^(?:.*[ :])?([\w.-]+): (?:command )?not found$/m,
    told: ([name], { programs }, details) => {
      const known = programs.find(({ program }) => program === name);
      return known && programsMissing([known], details);
    },
  },
  {
    pattern: /^(?:.*[ :])?(([\w.-]+): (?:unknown|unrecognized|invalid) option.*)$/m,
    told: ([reason = '', name], { image, programs }, details) => {
      const known = programs.find(({ program }) => program === name);
      return known && failure('base-image-failed', { image, reason, hint: howToReplace(known) }, details);
    },
  },
  {
    pattern:
      /((?:Could not resolve|Temporary failure resolving|Could not connect|Unable to connect|Cannot initiate the connection|Connection (?:refused|failed|timed out)|Network is unreachable).*)$/m,
    told: ([reason = ''], _, details) => failure('base-archive-unreachable', { reason }, details),
  },
  {
    pattern: /^E: (.*(?:Mirror sync in progress|Hash Sum mismatch| 404 ).*)$/m,
    told: ([reason = ''], _, details) => failure('base-archive-inconsistent', { reason }, details),
  },
  {
    pattern: /^E: The repository '(\S+) (\S+) .*' (?:does not have|no longer has) a Release file/m,
    told: ([url = '', release = ''], { suite }, details) =>
      failure('base-suite-absent', { suite, release, url }, details),
  },
  {
    pattern: /^(?:[EW]: )?(.*(?:is expired \(invalid since|is not valid yet).*)$/m,
    told: ([reason = ''], _, details) => failure('base-archive-expired', { reason }, details),
  },
  {
    pattern: /^(?:[EW]: )?(.*(?:NO_PUBKEY|couldn't be verified|Missing key|is not signed).*)$/m,
    told: ([reason = ''], { keyrings }, details) =>
      failure('base-archive-untrusted', { reason: reason.trim(), keyrings }, details),
  },
  {
    pattern: /^[EW]: Failed to fetch (.+)$/m,
    told: ([reason = ''], _, details) => failure('base-archive-unreachable', { reason }, details),
  },
  {
    pattern: /^E: (?:Unable to locate package|Package) '?([^'\s]+)/m,
    told: ([name = ''], { suite, architecture }, details) =>
      failure('base-package-absent', { name, suite, architecture }, details),
  },
];

/** Lines that only say that something failed before. */
const consequence =
  /^(?:[EW]: (?:system failed|unshared command failed|mmdebstrap failed|setup failed)|I: main\(\) received)/;

/** Turns the last lines of the log into the failure that they tell of. */
export function diagnose(lines: readonly string[], attempt: Attempt, log: string): GitianError {
  const text = shortLines(lines);
  for (const { pattern, told } of signs) {
    for (const [, ...found] of text.matchAll(new RegExp(pattern, `${pattern.flags}g`))) {
      const error = told(found, attempt, { log });
      if (error !== undefined) return error;
    }
  }
  const causes = text.split('\n').filter((line) => !consequence.test(line));
  const reason = causes.find((line) => line.startsWith('E: '))?.slice(3) ?? '';
  const params = { image: attempt.image, reason, hint: undefined };
  return failure('base-image-failed', params, { log, lines: causes.slice(-5) });
}
