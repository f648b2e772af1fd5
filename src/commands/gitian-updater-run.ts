import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { printableLine } from '../cli/printable.js';
import { version } from '../cli/version.js';
import { readBoundedFile } from '../core/files/bounded-file.js';
import { failure, type ErrorParams } from '../core/errors/gitian-error.js';
import type { Emit } from '../core/events.js';
import { packageFile } from '../core/package-files.js';
import { hostEnvironment, run } from '../core/processes/process.js';
import { demandProgram } from '../core/processes/start-failure.js';
import type { Configuration } from '../updater/configuration.js';
import { customisedProgram } from '../updater/customised-program.js';
import { urlProblem } from '../updater/http/url.js';
import { exitCodeOf, type Outcome } from '../updater/outcome.js';
import { outcomeJson } from '../updater/outcome-json.js';
import { outcomeWords } from '../updater/outcome-words.js';
import { runPost } from '../updater/post.js';
import { readConfiguration } from '../updater/read-configuration.js';
import { update } from '../updater/update.js';
import { writeProgram } from '../updater/write-program.js';
import type { CommandContext, SpeakingContext } from './command.js';
import type { UpdaterOptions } from './gitian-updater.js';
import { programOption } from './options/program-option.js';
import { proxiesOf } from './options/proxies.js';

/** The options, and how often `-q` was given. */
type RunOptions = UpdaterOptions & { readonly quietness: number };

/** How large a configuration may be, in bytes. */
const configurationLimit = 1 << 20;

/** Does what the options of `gitian-updater` say, tells how it ended, and sets the exit code. */
export async function runUpdater(options: RunOptions, context: CommandContext): Promise<void> {
  const emit = heard(context.speak(options.quietness > 0), options.quietness);
  const { bytes, source } = await configurationBytes(options, context);
  const read = readConfiguration(bytes, source);
  for (const text of read.warnings) emit({ kind: 'warning', text });
  await refuseBrokenXpath(read.configuration);
  if (options.customize !== undefined) {
    refuseDestination(options);
    const place = { path: resolve(context.cwd, options.customize), shown: options.customize };
    const main = pathToFileURL(packageFile('dist/bundle/main.js')).href;
    await writeProgram(place, customisedProgram(bytes, { name: 'gitian', main }), options.force === true);
    emit({ kind: 'note', text: `"${options.customize}" is written: it installs what "${source}" describes` });
    return;
  }
  const configuration = adjusted(read.configuration, options, context.name);
  const post = options.post === undefined ? undefined : programOption(options.post, '--post');
  const dest = needed(options.dest, {
    option: '-d/--dest',
    reason: 'it says where to install',
    program: context.name,
  });
  const destination = resolve(context.cwd, dest);
  // A program that the package brings need not be there yet.
  if (post !== undefined && !resolve(context.cwd, post[0]).startsWith(`${destination}/`))
    await demandProgram(post[0], hostEnvironment()['PATH'] ?? '');
  const outcome = await update(
    {
      configuration,
      destination,
      force: options.force === true,
      dryRun: options.dryrun === true,
      gpg: options.gpg,
      proxies: proxiesOf(context.env),
      timeout: options.timeout * 1000,
      program: await realpath(process.argv[1] ?? ''),
      temporary: tmpdir(),
      userAgent: `gitian-updater/${version}`,
      signal: context.signal,
    },
    { emit, now: Date.now, finish: finishElsewhere },
  );
  const exitCode =
    outcome.kind === 'installed' && post !== undefined
      ? await afterwards(post, { dest, isJson: options.json === true }, { ...context, emit })
      : undefined;
  tell(outcome, { options, dest, exitCode }, context);
}

/** `-q` leaves out what is only good to know; `-qq` warnings too. */
function heard(emit: Emit, quietness: number): Emit {
  if (quietness < 2) return emit;
  return (event) => {
    if (event.kind !== 'warning') emit(event);
  };
}

async function configurationBytes(
  { config }: RunOptions,
  { builtIn, cwd, name }: CommandContext,
): Promise<{ readonly bytes: Uint8Array; readonly source: string }> {
  if (builtIn !== undefined) {
    return { bytes: Buffer.from(builtIn, 'base64'), source: 'the built-in configuration' };
  }
  const source = needed(config, {
    option: '-c/--config',
    reason: 'it says whom to trust',
    program: name,
  });
  const file = await readBoundedFile(resolve(cwd, source), configurationLimit);
  if (file.kind === 'read') return { bytes: file.bytes, source };
  throw failure('file-unreadable', { what: 'configuration', path: source, reason: file.reason });
}

function needed(value: string | undefined, missing: ErrorParams<'updater-option-missing'>): string {
  if (value === undefined) throw failure('updater-option-missing', missing);
  return value;
}

/** The parser is loaded where a feed is configured only. */
async function refuseBrokenXpath({ rss }: Configuration): Promise<void> {
  if (rss.length === 0) return;
  const { xpathProblem } = await import('../updater/feed/select-texts.js');
  for (const { xpath } of rss) {
    const problem = xpathProblem(xpath);
    if (problem === undefined) continue;
    throw failure('usage-bad-value', {
      what: 'the xpath of a feed',
      value: xpath,
      expected: `an XPath (${problem})`,
    });
  }
}

/** The configuration with what the options change of it. */
function adjusted(configuration: Configuration, options: RunOptions, program: string): Configuration {
  for (const url of options.url ?? []) {
    const problem = urlProblem(url);
    if (problem !== undefined)
      throw failure('unsafe-name', {
        what: 'the url',
        value: url,
        reason: `it ${problem}`,
        hint: 'for a file: --url "file://$(realpath FILE)"; what another program fetches is a file too',
      });
  }
  const urls = options.url?.map((url) => ({ url, versionUrl: undefined }));
  const changed = {
    ...configuration,
    ...(urls === undefined ? {} : { urls, rss: [] }),
    waitingPeriod: options.wait ?? configuration.waitingPeriod,
  };
  if (changed.urls.length + changed.rss.length > 0) return changed;
  throw failure('updater-option-missing', {
    option: '-u/--url',
    reason: 'the configuration names no place',
    program,
  });
}

/** A destination that is not built in would be one that the user believes to be. */
function refuseDestination({ dest }: RunOptions): void {
  if (dest === undefined) return;
  throw failure('options-conflict', {
    one: '--dest',
    other: '--customize',
    reason: 'the program that is written is told where to install when it is run',
  });
}

/** Carries a journal out in a process of its own, which goes on when this one is killed. */
async function finishElsewhere(destination: string): Promise<void> {
  await run({
    program: process.execPath,
    args: [packageFile('bin/gitian-updater'), '--finish', destination],
    stdout: 'ignore',
    check: false,
  });
}

/** Runs the post command; that it fails is a warning, since the package is installed. */
async function afterwards(
  words: readonly [string, ...string[]],
  { dest, isJson }: { readonly dest: string; readonly isJson: boolean },
  { cwd, signal, emit }: SpeakingContext,
): Promise<number> {
  const env = hostEnvironment({ GITIAN_DESTINATION: resolve(cwd, dest) });
  const stdout = isJson ? 'own-stderr' : 'inherit';
  const { exitCode, problem } = await runPost({ words, cwd, env, stdout, signal });
  if (problem !== undefined) {
    emit({ kind: 'warning', text: `"${words.join(' ')}" ${problem}; the package is installed` });
  }
  return exitCode;
}

function tell(
  outcome: Outcome,
  about: { readonly options: RunOptions; readonly dest: string; readonly exitCode: number | undefined },
  { io, exit, name }: CommandContext,
): void {
  const { options, dest, exitCode } = about;
  exit(exitCodeOf(outcome));
  if (options.json === true) io.stdout.write(`${outcomeJson(outcome, exitCode)}\n`);
  const words = outcomeWords(outcome, dest, Date.now());
  if (!words.failure && options.quietness > 1) return;
  const lines = [`${name}: ${words.sentence}`, ...words.lines];
  if (words.hint !== undefined) lines.push(`hint: ${words.hint}`);
  io.stderr.write(`${lines.map(printableLine).join('\n')}\n`);
}
