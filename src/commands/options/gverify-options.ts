import { failure } from '../../core/errors/gitian-error.js';
import type { Policy } from '../../verify/policy.js';
import { positive } from './numbers.js';
import { refuseConflicts, type Conflict } from './refuse-conflicts.js';

/** What commander reads from gverify's command line. */
export interface GverifyOptions {
  readonly verbose?: true;
  readonly markup?: boolean;
  readonly release?: string;
  readonly destination?: string;
  readonly compareTo?: string;
  readonly verifyProgram?: string;
  readonly keys?: readonly string[];
  readonly signers?: string;
  readonly strict?: true;
  readonly explain?: true;
  readonly threshold?: string;
  readonly require?: readonly string[];
  readonly all?: true;
  readonly package?: string;
  readonly since?: string;
  readonly json?: true;
  readonly format?: string;
  readonly fetchKeys?: true;
}

/** How gverify's answer is written. */
const outputFormats = ['text', 'json', 'github'] as const;

/** One of {@link outputFormats}. */
type OutputFormat = (typeof outputFormats)[number];

/** How the answer is to be written; throws `usage-bad-value`. */
export function formatOf({ json, format }: GverifyOptions): OutputFormat {
  if (format === undefined) return json === true ? 'json' : 'text';
  const called = outputFormats.find((known) => known === format);
  if (called !== undefined) return called;
  throw failure('usage-bad-value', { what: '--format', value: format, expected: 'text, json or github' });
}

/** Throws `options-conflict` where two options contradict each other; `path` is the argument. */
export function checkOptions(options: GverifyOptions, path: string | undefined): void {
  const format = formatOf(options);
  refuseConflicts([
    [
      options.keys !== undefined && options.verifyProgram !== undefined,
      '--keys',
      '--verify-program',
      'with key files the signatures are checked without a program',
    ],
    [
      options.keys !== undefined && options.fetchKeys === true,
      '--keys',
      '--fetch-keys',
      "keys are fetched into GnuPG's keyring, and key files are used instead of it",
    ],
    [
      options.since !== undefined && options.all !== true,
      '--since',
      'a single release',
      'it chooses among the releases of --all',
    ],
    [
      options.package !== undefined && options.all !== true,
      '--package',
      'a descriptor',
      'it chooses among the packages of --all, and a descriptor names one',
    ],
    [
      options.json === true && format !== 'json',
      '--json',
      `--format ${format}`,
      'it is the same as --format json',
    ],
    ...ofOneRelease(options).map((option): Conflict => [
      options.all === true,
      option,
      '--all',
      'it is about the lines of a single release',
    ]),
    [
      options.all === true && options.destination !== undefined && path !== undefined,
      '--destination',
      JSON.stringify(path),
      'both name the signature repository of --all',
    ],
  ]);
}

/** The options that are given and say how the lines of one release are written. */
function ofOneRelease({ verbose, markup, explain }: GverifyOptions): readonly string[] {
  return [
    ...(verbose === true ? ['--verbose'] : []),
    ...(markup === undefined ? [] : [markup ? '--markup' : '--no-markup']),
    ...(explain === true ? ['--explain'] : []),
  ];
}

/** What has to hold of those who agree. */
export function policyOf({ threshold, require }: GverifyOptions): Policy {
  return {
    threshold: threshold === undefined ? undefined : positive(threshold, '--threshold'),
    required: require ?? [],
  };
}

/** A day as seconds since 1970; throws `usage-bad-value`. */
export function sinceOf({ since }: GverifyOptions): number | undefined {
  if (since === undefined) return undefined;
  const time = /^\d{4}-\d{2}-\d{2}$/.test(since) ? Date.parse(`${since}T00:00:00Z`) : Number.NaN;
  // A day that isn't there, such as 2024-02-30, would silently be another one.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== since) {
    throw failure('usage-bad-value', { what: '--since', value: since, expected: 'a day such as 2024-02-29' });
  }
  return time / 1000;
}

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
