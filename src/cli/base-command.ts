import { Command } from 'commander';
import type { CommandIo } from '../commands/command.js';
import { version } from './version.js';

/** What all commands have in common: `--help`, `--version`, and how wrong usage is told. */
export function baseCommand(name: string, io: CommandIo): Command {
  const command = new Command(name);
  return command
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => {
        write(
          `${name}: ${text.replace(/^error: /, '')}hint: ${backendMeant(command, text) ?? `${name} --help`}\n`,
        );
      },
    });
}

/** What to type instead of an option by which only `make-base-vm` knows a backend. */
function backendMeant({ options }: Command, text: string): string | undefined {
  const [, backend] = /unknown option '--(kvm|lxc|vbox)'/.exec(text) ?? [];
  const isKnown = backend !== undefined && options.some(({ long }) => long === '--backend');
  return isKnown ? `--backend ${backend}` : undefined;
}
