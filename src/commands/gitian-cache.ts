import { failure } from '../core/errors/gitian-error.js';
import type { Housekeeping } from '../housekeeping/housekeeping.js';
import type { CommandContext, DefineCommand } from './command.js';

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
      switch (action) {
        case 'list':
          await list(names, options, context);
          break;
        case 'remove':
          await remove(names, options, context);
          break;
        default:
          throw failure('usage-bad-value', { what: 'the action', value: action, expected: 'list or remove' });
      }
    });

async function list(
  names: readonly string[],
  { all, maxSize }: CacheOptions,
  context: CommandContext,
): Promise<void> {
  const given = [
    ...names,
    ...(all === true ? ['--all'] : []),
    ...(maxSize === undefined ? [] : [`--max-size ${maxSize}`]),
  ];
  if (given.length > 0) {
    throw failure('cache-list-bare', { given: given.join(' ') });
  }
  const { thingsTable } = await import('../housekeeping/kept-thing.js');
  const housekeeping = await housekeepingOf(context);
  context.io.stdout.write(thingsTable(await housekeeping.list()));
}

async function remove(
  names: readonly string[],
  { all, maxSize }: CacheOptions,
  context: CommandContext,
): Promise<void> {
  if (all !== true && maxSize === undefined && names.length === 0) {
    throw failure('cache-names-missing', {});
  }
  const beside = names.length > 0 ? names.join(' ') : maxSize === undefined ? undefined : '--max-size';
  if (all === true && beside !== undefined) {
    throw failure('options-conflict', { one: '--all', other: beside, reason: 'it removes everything' });
  }
  const { parseBytes } = await import('../housekeeping/bytes.js');
  const limit = maxSize === undefined ? undefined : parseBytes(maxSize, '--max-size');
  const housekeeping = await housekeepingOf(context);
  if (limit !== undefined) await housekeeping.shrinkLayers(limit);
  if (all === true) await housekeeping.removeAll();
  else await housekeeping.remove(names);
}

async function housekeepingOf(context: CommandContext): Promise<Housekeeping> {
  const { Workspace } = await import('../core/workspace.js');
  const { cacheFolder } = await import('../core/cache-folder.js');
  const { Housekeeping } = await import('../housekeeping/housekeeping.js');
  const { gitianBase } = await import('./gitian-base.js');
  return new Housekeeping(cacheFolder(context.env), new Workspace(context.cwd, gitianBase(context)));
}
