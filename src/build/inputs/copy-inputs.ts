import type { StartedTarget } from '../../target/target.js';
import { demandUnchanged } from './inputs-files.js';
import type { Inputs } from './inputs.js';

/**
 * Copies inputs from the host's `directory` into the target's `build`. Throws `input-changed` unless they are, before and
 * after, what the report says of them: it is long ago that they were hashed and checked out.
 */
export async function copyInputs(
  inputs: Inputs,
  directory: string,
  target: Pick<StartedTarget, 'copyTo'>,
): Promise<void> {
  const { files, remotes } = inputs;
  const links = files.filter(({ isLink }) => isLink).map(({ name }) => name);
  // A clone may be a link too; `/.` is what it leads to.
  const names = [
    ...files.filter(({ isLink }) => !isLink).map(({ name }) => name),
    ...remotes.map(({ dir }) => `${dir}/.`),
  ];
  await demandAllUnchanged(inputs, directory);
  try {
    if (names.length > 0) await target.copyTo({ directory, names }, 'build');
    if (links.length > 0) await target.copyTo({ directory, names: links, followLinks: true }, 'build');
  } finally {
    // A copy may have failed for just that reason, and says less.
    await demandAllUnchanged(inputs, directory);
  }
}

async function demandAllUnchanged({ files, remotes }: Inputs, directory: string): Promise<void> {
  await demandUnchanged(directory, files);
  for (const remote of remotes) await remote.demandUnchanged();
}
