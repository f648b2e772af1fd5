import type { Command } from 'commander';
import { failure } from '../core/errors/gitian-error.js';

/** What may be nothing: words and variables for a command of the guest's. */
const mayBeEmpty: ReadonlySet<string> = new Set(['command', 'env']);

/**
 * Refuses options and arguments that are given and empty, as of a variable that isn't set: a path would be the current
 * folder, a name the default. Throws `value-empty`.
 */
export function refuseEmpty(program: Command): Command {
  for (const option of program.options) {
    if (mayBeEmpty.has(option.name())) continue;
    program.on(`option:${option.name()}`, (value: unknown) => {
      if (value === '') throw failure('value-empty', { what: option.long ?? option.flags });
    });
  }
  return program.hook('preAction', ({ args, registeredArguments }) => {
    args.forEach((value, index) => {
      const argument = registeredArguments[index] ?? registeredArguments.at(-1);
      if (value !== '' || argument === undefined || mayBeEmpty.has(argument.name())) return;
      const which = argument.variadic ? 'one of the' : 'the';
      throw failure('value-empty', { what: `${which} ${argument.name()}` });
    });
  });
}
