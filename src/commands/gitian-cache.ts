import type { DefineCommand } from './command.js';

interface CacheOptions {
  readonly all?: true;
  readonly maxSize?: string;
}

/** `gitian-cache`: lists and removes what is kept for later builds. */
export const define: DefineCommand = (program, context) =>
  program
    .usage('[options] [list | remove] [name...]')
    .description(
      'Lists or removes what is kept for later builds: layers, saved machines, packages, and the targets of this workspace.',
    )
    .argument('[action]', 'list or remove', 'list')
    .argument('[names...]', 'what to remove, as it is listed')
    .option('--all', 'remove everything that is not in use')
    .option('--max-size <size>', 'remove the layers not used for the longest until all are at most this big')
    .action(async (action: string, names: readonly string[], options: CacheOptions) => {
      const { failure } = await import('../core/errors/gitian-error.js');
      const { Workspace } = await import('../core/workspace.js');
      const { cacheFolder } = await import('../core/cache-folder.js');
      const { Housekeeping } = await import('../packages/housekeeping/housekeeping.js');
      const { parseBytes } = await import('../packages/housekeeping/bytes.js');
      const { thingsTable } = await import('../packages/housekeeping/kept-thing.js');
      const { gitianBase } = await import('./gitian-base.js');
      const workspace = new Workspace(context.cwd, gitianBase(context));
      const housekeeping = new Housekeeping(cacheFolder(context.env), workspace);
      if (action !== 'list' && action !== 'remove') {
        throw failure('usage-bad-value', { what: 'the action', value: action, expected: 'list or remove' });
      }
      const limit = options.maxSize === undefined ? undefined : parseBytes(options.maxSize, '--max-size');
      if (action === 'remove') {
        const asked = options.all === true || limit !== undefined || names.length > 0;
        if (!asked)
          throw failure('usage-bad-value', {
            what: 'remove',
            value: '',
            expected: 'names, --all or --max-size',
          });
        if (limit !== undefined) await housekeeping.shrinkLayers(limit);
        if (options.all === true) await housekeeping.removeAll();
        else await housekeeping.remove(names);
      } else {
        context.io.stdout.write(thingsTable(await housekeeping.list()));
      }
    });
