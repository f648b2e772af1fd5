import type { Command } from 'commander';

/**
 * The value of an option that a command can't do without. Commander would look for such an option before it looks at
 * those that it doesn't know, and not say that the one was misspelt.
 */
export function required(program: Command, option: string, value: string | undefined): string {
  return value ?? program.error(`error: required option '${option}' not specified`);
}
