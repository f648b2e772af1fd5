import { resolve, posix } from 'node:path';
import type { DefineCommand } from './command.js';

interface CopyOptions {
  readonly user?: string;
  readonly quiet?: true;
}

/** `copy-from-target`: copies a file or a directory of the target to the host. */
export const define: DefineCommand = (program, context) =>
  program
    .usage('[options] <source> <destination>')
    .description("Copies a file or a directory of the target, below the build user's home, into a directory.")
    .argument('<source>', 'a file or a directory of the target')
    .argument('<destination>', 'a directory of this host, made if it is missing')
    .option('-u, --user <user>', "whose home is meant, instead of the build user's")
    .option('-q, --quiet', 'print nothing but warnings and errors')
    .action(async (source: string, destination: string, { user, quiet }: CopyOptions) => {
      const { demandFolder } = await import('../core/files/demand-folder.js');
      const { targetInUse } = await import('./options/target-in-use.js');
      const to = resolve(context.cwd, destination);
      await demandFolder(to, { what: 'destination', shown: destination });
      await using target = await targetInUse(context, context.speak(quiet === true));
      const { directory, names } = guestSource(source);
      await target.copyFrom(directory, to, {
        ...(user === undefined ? {} : { user }),
        ...(names === undefined ? {} : { names }),
      });
    });

/** A directory and the name in it; what ends in `.` or `..`, and `/`, have no name to keep, so all that is in them is meant. */
export function guestSource(source: string): { directory: string; names?: readonly string[] } {
  const path = posix.normalize(source).replace(/(?<=.)\/+$/, '');
  if (path === '/' || /(?:^|\/)\.\.?\/*$/.test(source)) return { directory: path };
  return { directory: posix.dirname(path), names: [posix.basename(path)] };
}
