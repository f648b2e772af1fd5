import { Command } from 'commander';
import type { CommandIo } from '../commands/command.js';
import { version } from './version.js';

/** What all commands have in common: `--help`, `--version`, and how wrong usage is told. */
export function baseCommand(name: string, io: CommandIo): Command {
  return new Command(name)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => {
        write(`${name}: ${text.replace(/^error: /, '')}hint: ${name} --help\n`);
      },
    });
}
