import { lstat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { failure } from '../core/errors/gitian-error.js';
import { systemWords } from '../core/words/system-words.js';
import type { DefineCommand } from './command.js';

interface CopyOptions {
  readonly user?: string;
  readonly quiet?: true;
}

/** `copy-to-target`: copies a file or a directory of the host into the target. */
export const define: DefineCommand = (program, context) =>
  program
    .usage('[options] <source> <destination>')
    .description("Copies a file or a directory into a directory of the target, below the build user's home.")
    .argument('<source>', 'a file or a directory of this host')
    .argument('<destination>', 'a directory of the target, made if it is missing')
    .option('-u, --user <user>', "whose home and files are meant, instead of the build user's")
    .option('-q, --quiet', 'print nothing but warnings and errors')
    .action(async (source: string, destination: string, options: CopyOptions) => {
      const path = resolve(context.cwd, source);
      await lstat(path).catch((error: unknown) => {
        throw failure('file-unreadable', { what: 'source', path: source, reason: systemWords(error) });
      });
      const { targetInUse } = await import('./options/target-in-use.js');
      await using target = await targetInUse(context, context.speak(options.quiet === true));
      // The root directory has no name of its own.
      const what = { directory: dirname(path), names: [basename(path) || '.'] };
      await target.copyTo(what, destination, options.user === undefined ? {} : { user: options.user });
    });
