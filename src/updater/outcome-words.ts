import type { Installed, Outcome, PackageFacts, Remedy } from './outcome.js';

/** How an outcome is told: one sentence, lines below it, and what to type next. */
export interface OutcomeWords {
  /** Whether it is told however quiet the run is: a refusal or a failure. */
  readonly failure: boolean;
  readonly sentence: string;
  readonly lines: readonly string[];
  readonly hint?: string;
}

/** Words for an outcome; `destination` is as the user typed it, `now` in milliseconds since 1970. */
export function outcomeWords(outcome: Outcome, destination: string, now: number): OutcomeWords {
  switch (outcome.kind) {
    case 'installed':
      return success(
        `${of(outcome.package)} is installed in "${destination}": ${count(outcome)}`,
        outcome.package,
      );
    case 'would-install':
      return success(
        `${of(outcome.package)} would be installed in "${destination}": ${count(outcome)}`,
        outcome.package,
      );
    case 'waiting':
      return {
        failure: false,
        sentence: `release ${outcome.release} is in good order and waits for another ${hours(outcome.until - now)} hours`,
        lines: [],
        hint: 'call again then, and it is installed',
      };
    case 'nothing-new':
      return {
        failure: false,
        sentence: `the newest release, ${outcome.release}, is installed already`,
        lines: [],
        hint: '--force installs it again',
      };
    case 'not-ours':
      return failed(
        `the destination "${destination}" can't be used: ${outcome.reason}`,
        outcome.paths,
        remedies[outcome.remedy],
      );
    case 'not-downloaded':
      return failed(
        'no package could be downloaded',
        outcome.problems.map(({ url, reason }) => `${url}: ${reason}`),
        outcome.passing
          ? 'try again later'
          : 'see whether the addresses, in the configuration or of --url, are right',
      );
    case 'other-package':
      return otherPackage(outcome, destination);
    case 'downgrade':
      return failed(
        `this would be a downgrade, from release ${outcome.installed} to ${outcome.offered}`,
        [],
        '--force installs it all the same',
      );
    case 'untrusted':
      return outcome.reasons.length === 1
        ? failed(`the package is not trusted: ${outcome.reasons.join('')}`, [], untrustedHint)
        : failed('the package is not trusted', outcome.reasons, untrustedHint);
  }
}

/** `--force` is named only where it helps. */
const remedies: Readonly<Record<Remedy, string>> = {
  'other-folder': 'name another folder with --dest, an empty one or a new one',
  'name-folder': 'name a folder with --dest',
  'restore-manifest':
    'restore that file, or install into another folder with --dest and take your own files there',
  overwrite: 'move these files away, or have them written over with --force',
  move: 'move away what is named, --force leaves it too',
  permit: 'see whose it is, and who may write there: ls -ld',
  unmount: 'unmount what is named, or install into another folder with --dest: findmnt -T',
};

/** Nobody is told to trust it all the same. */
const untrustedHint =
  'nothing was installed: try again later, take the newest configuration, or ask those who publish the package';

type OtherPackage = Extract<Outcome, { kind: 'other-package' }>;

function otherPackage({ place, expected, found }: OtherPackage, destination: string): OutcomeWords {
  return place === 'destination'
    ? failed(
        `the package "${found}" is installed in "${destination}", and the configuration is for "${expected}"`,
        [],
        `name another folder with --dest, or take the configuration of "${found}"`,
      )
    : failed(
        `this is the package "${found}", not "${expected}"`,
        [],
        `look for an address of "${expected}" in the configuration or for --url, or install into another folder with --dest`,
      );
}

/** How many reasons or paths are shown. */
const mostLines = 20;

function failed(sentence: string, lines: readonly string[], hint?: string): OutcomeWords {
  const left = lines.length - mostLines;
  const shown = lines.slice(0, mostLines).map((line) => `  ${line}`);
  return {
    failure: true,
    sentence,
    lines: left > 0 ? [...shown, `  and ${String(left)} more`] : shown,
    ...(hint === undefined ? {} : { hint }),
  };
}

function success(sentence: string, { weight, minimumWeight, missing }: PackageFacts): OutcomeWords {
  return {
    failure: false,
    sentence,
    lines: [
      `  the signatures weigh ${String(weight)}, ${String(minimumWeight)} is needed`,
      ...missing.map((path) => `  without ${path}, which is optional`),
    ],
  };
}

function of({ name, release, previous }: PackageFacts): string {
  return previous === undefined || previous === release
    ? `${name} ${release}`
    : `${name} ${release} (${previous} before)`;
}

/** The same release again has no change, and yet every file is put in place: a damaged one is mended. */
function count({ changes: { added, changed, removed }, files }: Installed): string {
  if (added.length + changed.length + removed.length === 0) return `all of its ${String(files)} files anew`;
  return `${String(added.length)} ${added.length === 1 ? 'file' : 'files'} added, ${String(changed.length)} changed, ${String(removed.length)} removed`;
}

function hours(milliseconds: number): string {
  return (milliseconds / 3_600_000).toFixed(2);
}
