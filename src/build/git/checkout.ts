import { join } from 'node:path';
import { exists } from '../../core/files/exists.js';
import { failure, isFailure } from '../../core/errors/gitian-error.js';
import { isFull } from '../../core/files/full-disk.js';
import type { Emit } from '../../core/events.js';
import {
  attempt,
  beginChange,
  endChange,
  looseFiles,
  wasInterrupted,
  workTreeState,
  type Clone,
} from './clone.js';
import { quoteWord } from '../../core/processes/shell-quote.js';
import { explainGit } from './explain.js';
import { GitFailure } from './git.js';
import type { WorkTreeState } from './status.js';

/** A clone's work tree before anything is done to it. */
export interface WorkBefore {
  readonly state: WorkTreeState;
  /** True when the state is what an interrupted checkout left, and not the user's. */
  readonly interrupted: boolean;
}

/** Looks for the user's changes. Throws `clone-dirty` for those in submodules, which updating would lose. */
export async function workBefore(clone: Clone): Promise<WorkBefore> {
  const interrupted = await wasInterrupted(clone);
  const state = await workTreeState(clone);
  if (!interrupted && state.changedSubmodules.length > 0) {
    throw dirty(clone, { what: 'changed submodules', files: state.changedSubmodules });
  }
  return { interrupted, state };
}

/** What is to be checked out. */
export interface Checkout {
  readonly hash: string;
  readonly before: WorkBefore;
  readonly skipFetch: boolean;
}

/**
 * Checks a commit out, detached, with its submodules. The user's changes stay, or it throws `clone-dirty`. Tells of what
 * lies there beside the commit.
 */
export async function checkOut(
  clone: Clone,
  { hash, before, skipFetch }: Checkout,
  emit: Emit,
): Promise<void> {
  const { changed, untracked, head } = before.state;
  const switches = before.interrupted || head !== hash;
  // With the note the next run throws away what it finds, so there must be nothing of the user's.
  const noted = before.interrupted || (changed.length === 0 && untracked.length === 0);
  if (noted) await beginChange(clone);
  const submodules = join(clone.directory, '.gitmodules');
  try {
    if (switches) await switchTo(clone, hash, before);
    if (await exists(submodules)) {
      await updateSubmodules(clone, skipFetch);
      await demandSubmodulesRight(clone);
    }
  } catch (error) {
    if (!(await isFull(clone.directory))) throw error;
    if (noted) await makeRoom(clone, before);
    throw isFailure(error, 'checkout-failed') || isFailure(error, 'submodules-failed')
      ? error.withHint('the disk is full: make room on the disk that holds the workspace')
      : error;
  }
  const hasSubmodules = await exists(submodules);
  if (noted) await endChange(clone);
  const after = switches || hasSubmodules ? await workTreeState(clone) : before.state;
  await warnOfLeftovers(clone, after, emit);
}

/** Takes away what doesn't fit on the disk, where none of it is the user's: a few bytes can name more than any disk holds. */
async function makeRoom({ offline }: Clone, { state }: WorkBefore): Promise<void> {
  if (state.untidySubmodules.length === 0) {
    await attempt(offline, 'submodule', '--quiet', 'deinit', '--force', '--all');
  }
  await attempt(offline, 'clean', '--quiet', '-ffd');
}

async function switchTo(clone: Clone, hash: string, { interrupted, state }: WorkBefore): Promise<void> {
  try {
    // A plain hash would be the branch of that name, where there is one.
    const commit = `${hash}^0`;
    await clone.online('checkout', '--quiet', '--detach', ...(interrupted ? ['--force'] : []), commit, '--');
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    if (error.stderr.includes('resolve your current index first')) {
      throw dirty(clone, { what: 'conflicts', files: state.changed }, error);
    }
    throw checkoutFailure(clone, hash, error);
  }
}

function checkoutFailure(clone: Clone, commit: string, error: GitFailure): Error {
  const { stderr } = error;
  if (stderr.includes('would be overwritten by checkout') || stderr.includes('would lose untracked files')) {
    const what = stderr.includes('untracked') ? 'files in the way' : 'changes';
    const files = [...stderr.matchAll(/^\t(.+)$/gm)].map(([, file = '']) => file);
    return dirty(clone, { what, files }, error);
  }
  return failure('checkout-failed', { clone: clone.shown, commit, ...explainGit(stderr) }, { cause: error });
}

function dirty(
  { shown }: Clone,
  found: { readonly what: string; readonly files: readonly string[] },
  cause?: unknown,
): Error {
  return failure('clone-dirty', { clone: shown, ...found }, { cause });
}

async function updateSubmodules(clone: Clone, skipFetch: boolean): Promise<void> {
  const update = [
    'submodule',
    'update',
    '--init',
    '--recursive',
    '--force',
    ...(skipFetch ? ['--no-fetch'] : []),
  ];
  try {
    if ((await attempt(clone.online, ...update)) !== undefined) return;
    // A submodule may have moved to another url since it was cloned.
    await clone.online('submodule', 'sync', '--quiet', '--recursive');
    await clone.online(...update);
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    const trouble = explainGit(error.stderr);
    const missing = skipFetch && /not allowed|did not contain|Unable to find|not our ref/i.test(error.stderr);
    const reason = missing ? 'some are not here, and --skip-fetch fetches nothing' : trouble.reason;
    const hint = missing ? 'run it without --skip-fetch' : trouble.hint;
    throw failure('submodules-failed', { clone: clone.shown, reason, hint }, { cause: error });
  }
}

/** git checks a branch of a submodule out that is named like the commit, where the submodule's server has such a one as HEAD. */
async function demandSubmodulesRight({ shown, online }: Clone): Promise<void> {
  const status = await online('submodule', 'status', '--recursive');
  const [, path] = /^[+U][0-9a-f]+ (.*?)(?: \([^()]*\))?$/m.exec(status) ?? [];
  if (path === undefined) return;
  const reason = `"${path}" is at another commit than it should be`;
  const hint = 'see which branches its server has: one may be named like that commit';
  throw failure('submodules-failed', { clone: shown, reason, hint });
}

/** Tells of what lies in the clone beside the commit: what the build will not see, and what it will. */
async function warnOfLeftovers(clone: Clone, state: WorkTreeState, emit: Emit): Promise<void> {
  if (state.changed.length > 0) {
    const text = `the build leaves out what was changed in "${clone.shown}" and not committed: ${some(state.changed)}`;
    emit({ kind: 'warning', text });
  }
  const loose = await looseFiles(clone, state);
  const inBuild = [...loose, ...state.untidySubmodules];
  if (inBuild.length > 0) {
    const commands = [
      ...(loose.length > 0 ? [`git -C ${quoteWord(clone.shown)} clean -ffdX, or remove them`] : []),
      ...(loose.length < inBuild.length
        ? [`git -C ${quoteWord(clone.shown)} submodule foreach --recursive git clean -ffdx`]
        : []),
    ];
    emit({
      kind: 'warning',
      text: `"${clone.shown}" has files that belong to no commit and still get into the build: ${some(inBuild)}`,
      hint: commands.join('; '),
    });
  }
}

function some(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).map((path) => JSON.stringify(path));
  return shown.join(', ') + (paths.length > 3 ? ` and ${String(paths.length - 3)} more` : '');
}
