import { failure } from '../../core/errors/gitian-error.js';
import { fileState } from '../../core/files/file-state.js';
import { looseFiles, workTreeState, type Clone } from './clone.js';
import { GitFailure } from './git.js';

/**
 * Remembers what is checked out in a clone, and returns what throws `input-changed` where that isn't so any more. Of the
 * work tree only what the build script leaves there counts, which resets the rest to the commit.
 */
export async function watch(
  clone: Clone,
  { dir, commit }: { readonly dir: string; readonly commit: string },
): Promise<() => Promise<void>> {
  const file = await fileState(clone.head);
  const before = await checkedOut(clone);
  const changed = (): Error => failure('input-changed', { input: dir });
  if (!before.startsWith(`${commit}\n`)) throw changed();
  return async () => {
    if ((await fileState(clone.head)) !== file) throw changed();
    if ((await checkedOut(clone)) !== before) throw changed();
  };
}

/** The commit, and in the next line what stays beside it; what git says where it can't tell. */
async function checkedOut(clone: Clone): Promise<string> {
  try {
    const state = await workTreeState(clone);
    const { head = '', changedSubmodules, movedSubmodules, untidySubmodules } = state;
    const beside = [changedSubmodules, movedSubmodules, untidySubmodules, await looseFiles(clone, state)];
    return `${head}\n${JSON.stringify(beside)}`;
  } catch (error) {
    if (error instanceof GitFailure) return error.stderr;
    throw error;
  }
}
