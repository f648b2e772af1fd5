import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../../core/errors/gitian-error.js';
import { fileState } from '../../core/file-state.js';
import { workTreeState, type Clone } from './clone.js';
import { GitFailure } from './git.js';

/**
 * Remembers what is checked out in a clone, and returns what throws `input-changed` where that isn't so any more. Of the
 * work tree only submodules count: the build script resets the rest to the commit.
 */
export async function watch(
  clone: Clone,
  { dir, commit }: { readonly dir: string; readonly commit: string },
): Promise<() => Promise<void>> {
  const hasSubmodules = await stat(join(clone.directory, '.gitmodules')).then(
    () => true,
    () => false,
  );
  const file = await fileState(clone.head);
  const before = await checkedOut(clone, hasSubmodules);
  const changed = (): Error => failure('input-changed', { input: dir });
  if (!before.startsWith(`${commit}\n`)) throw changed();
  return async () => {
    if ((await fileState(clone.head)) !== file) throw changed();
    if ((await checkedOut(clone, hasSubmodules)) !== before) throw changed();
  };
}

/** The commit, and in the next line how submodules differ from theirs; what git says where it can't tell. */
async function checkedOut(clone: Clone, hasSubmodules: boolean): Promise<string> {
  try {
    const head = await clone.offline('rev-parse', '--verify', 'HEAD');
    if (!hasSubmodules) return head;
    const { changedSubmodules, movedSubmodules, untidySubmodules } = await workTreeState(clone);
    return head + JSON.stringify([changedSubmodules, movedSubmodules, untidySubmodules]);
  } catch (error) {
    if (error instanceof GitFailure) return error.stderr;
    throw error;
  }
}
