import { InvalidArgumentError, Option, type Command } from 'commander';
import { longestWait } from '../updater/configuration.js';
import type { DefineCommand } from './command.js';

/** `gitian-updater`: installs a package that enough trusted builders signed. */
export const define: DefineCommand = (program, context) => {
  let quiet = 0;
  program.on('option:quiet', () => {
    quiet += 1;
  });
  return declare(program, context.builtIn !== undefined).action(async (options: UpdaterOptions) => {
    if (options.finish !== undefined) {
      const { finishJournal } = await import('../updater/install/journal-files.js');
      await finishJournal(options.finish);
      return;
    }
    const { runUpdater } = await import('./gitian-updater-run.js');
    await runUpdater({ ...options, quietness: quiet }, context);
  });
};

/** The options as commander hands them over. */
export interface UpdaterOptions {
  readonly url?: readonly string[];
  readonly config?: string;
  readonly dest?: string;
  readonly force?: true;
  readonly dryrun?: true;
  readonly customize?: string;
  readonly wait?: number;
  readonly gpg?: string;
  readonly post?: string;
  readonly timeout: number;
  readonly json?: true;
  /** A destination whose journal is to be carried out, for this program itself. */
  readonly finish?: string;
}

/** A program with a configuration built in takes no other, and makes no other program. */
function declare(program: Command, isCustomised: boolean): Command {
  program
    .usage(isCustomised ? '-d DIR [options]' : '-c FILE -d DIR [options]')
    .description(
      'Downloads a package and installs or updates it, if enough trusted builders signed the same files.',
    );
  for (const option of optionsOf(isCustomised)) program.addOption(option);
  return program;
}

function optionsOf(isCustomised: boolean): readonly Option[] {
  const force =
    "also install an older release, or the same one again; write over files that this program didn't install";
  return [
    ...(isCustomised
      ? []
      : [new Option('-c, --config <file>', 'whom to trust and where to look: a YAML file')]),
    new Option('-d, --dest <dir>', 'the folder to install into'),
    new Option('-u, --url <url...>', 'where the package is, instead of where the configuration says'),
    new Option('-f, --force', isCustomised ? force : `${force}; with -m: replace any file`),
    new Option('-n, --dryrun', 'check everything, and install nothing'),
    new Option(
      '-w, --wait <hours>',
      'how long a package waits before it is installed; 0: not at all',
    ).argParser(waitingHours),
    new Option(
      '-g, --gpg <path>',
      'the GnuPG that checks signatures (default: none, it is done in this process)',
    ),
    new Option('-p, --post <command>', 'what to run after an installation: a program and its arguments'),
    ...(isCustomised
      ? []
      : [new Option('-m, --customize <output>', 'write an executable with the configuration built in')]),
    new Option('--timeout <seconds>', 'how long to wait for a server that says nothing')
      .argParser(patience)
      .default(30),
    new Option('--json', 'print the outcome as JSON'),
    new Option('-q, --quiet', 'print less; twice: nothing but failures'),
    new Option('--finish <folder>').hideHelp(),
  ];
}

function waitingHours(text: string): number {
  const value = plainNumber(text);
  if (value >= 0 && value <= longestWait) return value;
  throw new InvalidArgumentError(`it must be a number of at least 0 and at most ${String(longestWait)}`);
}

/** Node's timers hold 31 bits of milliseconds, and go off at once where they are given more. */
const longest = 2_147_483;

function patience(text: string): number {
  const value = plainNumber(text);
  if (value > 0 && value <= longest) return value;
  throw new InvalidArgumentError(`it must be a number above 0 and at most ${String(longest)}`);
}

function plainNumber(text: string): number {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
}
