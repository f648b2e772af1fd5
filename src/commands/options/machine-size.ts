import type { CommandContext } from '../command.js';
import { positive } from './numbers.js';
import { setting } from './settings.js';

/** The options that say how big a target is, as commander reads them. */
export interface SizeOptions {
  readonly numMake?: string;
  readonly memory?: string;
}

/** What a target gets when nothing says otherwise: processors, and memory in MiB. */
export const usualSize = { processors: '2', memory: '2000' } as const;

/** A machine's memory, in MiB, and processors, from the options where a command has them, else from the environment. */
export function machineSize(
  env: CommandContext['env'],
  { numMake, memory }: SizeOptions = {},
): { readonly memory: number; readonly processors: number } {
  return {
    processors:
      numMake === undefined
        ? positive(setting(env['NPROCS']) ?? usualSize.processors, 'NPROCS')
        : positive(numMake, '-j'),
    memory:
      memory === undefined
        ? positive(setting(env['VMEM']) ?? usualSize.memory, 'VMEM')
        : positive(memory, '-m'),
  };
}
