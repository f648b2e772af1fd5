import { resolve } from 'node:path';
import { printableLine } from '../cli/printable.js';
import { failure } from '../core/errors/gitian-error.js';
import { inParallel } from '../core/parallel.js';
import { printableJson } from '../core/words/printable-json.js';
import { shownPath } from '../core/words/shown-path.js';
import { systemWords } from '../core/words/system-words.js';
import { Workspace } from '../core/workspace.js';
import type { ReleaseSummary } from '../verify/repository/release-summary.js';
import { summarizeInThreads, threadsFor } from '../verify/repository/repository-threads.js';
import { listRepository, type RepositoryEntry } from '../verify/repository/repository.js';
import { summarizeEntry, type RepositoryOptions } from '../verify/repository/verify-repository.js';
import type { CommandContext, SpeakingContext } from './command.js';
import { gitianBase } from './gitian-base.js';
import { formatOf, policyOf, sinceOf, type GverifyOptions } from './options/gverify-options.js';
import { verifyFetching } from './options/verify-fetching.js';
import { engineOf, keysOf, signersOf } from './options/verify-trust.js';

/** Verifies every release and package below a signature repository, and prints the answer. */
export async function verifyAll(
  path: string | undefined,
  options: GverifyOptions,
  silent: CommandContext,
): Promise<void> {
  const context = { ...silent, emit: silent.speak(false) };
  const root = repositoryOf(path, options, context);
  const entries = entriesBelow(root, options, context);
  const verify = (): Promise<readonly ReleaseSummary[]> => verifyEntries(entries, options, context);
  const releases = await verifyFetching({ verify, unknownKeys }, options, context);
  if (releases.length === 0) refuseFilters(root, options);
  // Without having been asked to fetch them, the table is what says so.
  const lost = options.fetchKeys === true ? unknownKeys(releases) : [];
  if (lost.length > 0) {
    const { tellUnknownKeys } = await import('./options/unknown-keys.js');
    await tellUnknownKeys(lost, options, context);
  }
  context.io.stdout.write(await rendered(releases, options));
  const failed = releases.filter(({ holds }) => !holds).length;
  context.emit({
    kind: 'note',
    text:
      releases.length === 0
        ? 'nobody has signed anything here'
        : `${String(releases.length - failed)} of ${String(releases.length)} verified`,
  });
  if (failed > 0 || releases.length === 0) context.exit(1);
}

function entriesBelow(
  root: string,
  options: GverifyOptions,
  context: CommandContext,
): readonly RepositoryEntry[] {
  try {
    return listRepository(root, { release: options.release, package: options.package });
  } catch (error) {
    const { path = root } = error as NodeJS.ErrnoException;
    const params = { path: shownPath(path, context.cwd), reason: systemWords(error) };
    throw failure('repository-missing', params, { cause: error });
  }
}

/** Throws `nothing-fits` where there is something, and what was asked for leaves nothing of it. */
function refuseFilters(root: string, options: GverifyOptions): void {
  const { release, package: name, since } = options;
  const everything = listRepository(root, { release: undefined, package: undefined });
  if (everything.length === 0) return;
  const filters = Object.entries({ release, package: name, since }).flatMap(([option, value]) =>
    value === undefined ? [] : [`--${option} ${JSON.stringify(value)}`],
  );
  const ofPackage = listRepository(root, { release: undefined, package: name });
  const fitting = listRepository(root, { release, package: name });
  const there =
    ofPackage.length === 0
      ? everything.map((entry) => entry.name)
      : fitting.length === 0
        ? ofPackage.map(({ shown }) => shown)
        : [];
  throw failure('nothing-fits', { filters: filters.join(' '), there: [...new Set(there)] });
}

function repositoryOf(path: string | undefined, options: GverifyOptions, context: CommandContext): string {
  const named = path ?? options.destination;
  return named === undefined
    ? new Workspace(context.cwd, gitianBase(context)).allSignatures
    : resolve(context.cwd, named);
}

async function verifyEntries(
  entries: readonly RepositoryEntry[],
  options: GverifyOptions,
  context: SpeakingContext,
): Promise<readonly ReleaseSummary[]> {
  const how: RepositoryOptions = {
    compareTo: options.compareTo,
    strict: options.strict === true,
    policy: policyOf(options),
    signers: await signersOf(options, context),
    since: sinceOf(options),
    now: Date.now() / 1000,
    withJson: isJson(options),
  };
  const ring = await keysOf(options, context);
  const threads = threadsFor(entries);
  if (ring !== undefined && threads > 1) {
    return summarizeInThreads(entries, { threads, start: { keys: ring.keys, options: how } }, context.signal);
  }
  await using engine = await engineOf(options, context, ring);
  const releases = await inParallel(entries, entriesAtOnce, (entry) => {
    context.signal.throwIfAborted();
    return summarizeEntry(entry, how, engine);
  });
  return releases.filter((summary) => summary !== undefined);
}

/** GnuPG is asked about several releases in one go. */
const entriesAtOnce = 8;

function unknownKeys(releases: readonly ReleaseSummary[]): readonly string[] {
  const keys = releases.flatMap(({ signers }) => signers.flatMap(({ unknownKey }) => unknownKey ?? []));
  return [...new Set(keys)].sort();
}

async function rendered(releases: readonly ReleaseSummary[], options: GverifyOptions): Promise<string> {
  if (isJson(options)) {
    const holds = releases.length > 0 && releases.every((release) => release.holds);
    return `${printableJson({ holds, releases: releases.map(({ json }) => json) }, 2)}\n`;
  }
  if (formatOf(options) === 'github')
    return (await import('../verify/shown/render-github.js')).renderGithub(releases);
  return (await import('../verify/shown/render-table.js')).renderTable(releases, printableLine);
}

function isJson(options: GverifyOptions): boolean {
  return formatOf(options) === 'json';
}
