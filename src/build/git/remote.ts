import { failure } from '../../core/errors/gitian-error.js';
import type { Emit } from '../../core/events.js';
import { watch } from './watch.js';
import { removeBrokenOff } from './broken-off.js';
import { checkOut, workBefore } from './checkout.js';
import { detach, openClone, unusable, type Clone, type CloneSpec } from './clone.js';
import { explainGit } from './explain.js';
import { fetchCommit, type Wanted } from './fetch.js';
import { GitFailure } from './git.js';
import { localCommit } from './local-commit.js';

/** A remote of a build: what is wanted, and into which clone. */
export interface RemoteJob extends Wanted, CloneSpec {}

/** A clone with the wanted commit checked out. */
export interface CheckedOut {
  readonly dir: string;
  /** The commit's hash, whole. */
  readonly commit: string;
  /** When its author made it: `YYYY-MM-DD HH:MM:SS`, UTC. */
  readonly authorDate: string;
  /** Throws `input-changed` where something else has been checked out since, or was changed in a submodule. */
  readonly demandUnchanged: () => Promise<void>;
}

/**
 * Fetches a remote into its clone and checks the wanted commit out, detached, with submodules. What the user changed there
 * is kept, or nothing is done. Interrupted, it leaves a clone that the next call puts right.
 */
export async function checkOutRemote(job: RemoteJob, emit: Emit): Promise<CheckedOut> {
  try {
    return await fetchedAndCheckedOut(job, emit);
  } catch (error) {
    // What neither a server nor a checkout is to blame for.
    if (error instanceof GitFailure) throw unusable(job, explainGit(error.stderr), error);
    throw error;
  }
}

async function fetchedAndCheckedOut(job: RemoteJob, emit: Emit): Promise<CheckedOut> {
  const clone = await openClone(job);
  const before = await workBefore(clone);
  await detach(clone, before.state);
  const commit = await leavingNoHalves(clone, async () => {
    const hash = job.skipFetch
      ? await localCommit(clone, job)
      : await fetchCommit(clone, job, { head: before.state.head, emit });
    await checkOut(clone, { hash, before, skipFetch: job.skipFetch }, emit);
    return hash;
  });
  const { dir } = job;
  const checkedOut = { dir, commit };
  return {
    ...checkedOut,
    authorDate: await authorDate(clone, commit),
    demandUnchanged: await watch(clone, checkedOut),
  };
}

async function leavingNoHalves<T>({ gitDirectory }: Clone, work: () => Promise<T>): Promise<T> {
  const begun = Date.now();
  try {
    return await work();
  } catch (error) {
    await removeBrokenOff(gitDirectory, begun);
    throw error;
  }
}

async function authorDate({ shown, offline }: Clone, commit: string): Promise<string> {
  // git's time zone is UTC here.
  const format = ['--no-show-signature', '--date=format-local:%F %T', '--format=%ad'];
  const date = (await offline('log', '-1', ...format, commit, '--')).trim();
  if (/^\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(date)) return date;
  throw failure('clone-unusable', {
    clone: shown,
    reason: `its commit ${commit} has no date`,
    hint: undefined,
  });
}
