import { existsSync, lstatSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { Writable } from 'node:stream';
import { failure, isFailure } from '../core/errors/gitian-error.js';
import type { Emit } from '../core/events.js';
import { hostEnvironment, lastLine, run, type ProcessResult } from '../core/processes/process.js';
import { checkDetached, type Signed } from '../openpgp/check-detached.js';
import { gnupgEngine } from '../openpgp/gnupg/engine.js';
import { isGnupg } from '../openpgp/gnupg/is-gnupg.js';
import type { SignatureVerdict } from '../openpgp/verdict.js';
import { explainGpg, isUnusableKey } from './gpg-failure.js';
import type { Signer } from './signer.js';

/** How a program signs. */
export interface ProgramSignerOptions {
  /** `-u <signer> <file>` is added. */
  readonly words: readonly [string, ...string[]];
  readonly signer: string;
  /** `GPG_TTY`, so that GnuPG's agent can ask for a passphrase. */
  readonly tty: string | undefined;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Seconds since 1970. */
  readonly now: () => number;
}

/** Signs with the user's program, GnuPG by default. It may ask on the terminal. */
export function programSigner(options: ProgramSignerOptions): Signer {
  const [program] = options.words;
  return {
    name: program,
    sign: (file) => sign(options, file),
    verify: (signed) => verify(options, signed),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function sign(options: ProgramSignerOptions, file: string): Promise<void> {
  const { words, signer } = options;
  const [program, ...args] = words;
  const { exitCode, stderr } = await runSigning(options, [...args, '-u', signer, file]);
  if (exitCode !== 0) {
    const { outcome, hint } = isGnupg(program)
      ? explainGpg({ stderr, exitCode, signer, validity: await validityOf(options, stderr) })
      : { outcome: `exited with ${String(exitCode)}${after(lastLine(stderr))}`, hint: undefined };
    throw failure('signing-failed', { program, outcome, hint }, { lines: linesOf(stderr) });
  }
  // `--armor` makes GnuPG choose another ending; what a signature is called doesn't depend on its form.
  if (existsSync(`${file}.asc`) && !existsSync(`${file}.sig`)) await rename(`${file}.asc`, `${file}.sig`);
  if (lstatSync(`${file}.sig`, { throwIfNoEntry: false })?.isFile() !== true) {
    throw failure(
      'signature-not-made',
      { program, file: `${basename(file)}.sig` },
      { lines: linesOf(stderr) },
    );
  }
}

async function runSigning(options: ProgramSignerOptions, args: readonly string[]): Promise<ProcessResult> {
  const [program] = options.words;
  // GnuPG has little to say; of another program the user may have to see at once what it asks for.
  const words = heard(isGnupg(program) ? undefined : options.emit);
  const result = await run({
    program,
    args,
    env: hostEnvironment(options.tty === undefined ? {} : { GPG_TTY: options.tty }),
    stdin: 'inherit',
    stdout: words.stream,
    stderr: words.stream,
    check: false,
    signal: options.signal,
  });
  return { ...result, stderr: words.text() };
}

/** The first letter of what GnuPG thinks of the signer's key, where that is why it doesn't sign. */
async function validityOf(
  { words, signer, signal }: ProgramSignerOptions,
  stderr: string,
): Promise<string | undefined> {
  if (!isUnusableKey(stderr)) return undefined;
  const [program, ...args] = withoutSigning(words);
  const listing = ['--batch', '--with-colons', '--list-keys', '--', signer];
  const { stdout } = await run({ program, args: [...args, ...listing], check: false, signal });
  return /^pub:(.)/m.exec(stdout)?.[1];
}

/** Takes a program's words, and passes them on as they come. */
function heard(emit: Emit | undefined): { readonly stream: Writable; readonly text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      emit?.({ kind: 'stream', bytes: chunk });
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

async function verify(options: ProgramSignerOptions, signed: Signed): Promise<SignatureVerdict | undefined> {
  const [program] = options.words;
  const words = isGnupg(program) ? withoutSigning(options.words) : (['gpg'] as const);
  await using engine = await gnupgEngine({ words, signal: options.signal });
  try {
    const [verdict] = await checkDetached(engine, signed, options.now());
    return verdict?.kind === 'key-unknown' && !isGnupg(program) ? undefined : verdict;
  } catch (error) {
    if (isFailure(error, 'tool-missing') && !isGnupg(program)) return undefined;
    throw error;
  }
}

/** GnuPG's words without the commands that sign and the options that only signing knows, to verify with the same key. */
export function withoutSigning(words: readonly [string, ...string[]]): readonly [string, ...string[]] {
  const [program, ...args] = words;
  return [program, ...args.filter((word) => !signingWords.has(word))];
}

const signingWords = new Set([
  ...[
    '--detach-sign',
    '--detach-sig',
    '-b',
    '--sign',
    '-s',
    '-sb',
    '-bs',
    '--armor',
    '-a',
    '-ab',
    '-ba',
    '-sab',
    '-abs',
  ],
  ...['--batch', '--yes', '--no-tty', '--textmode', '-t'],
]);

function after(words: string): string {
  return words === '' ? '' : `: ${words}`;
}

function linesOf(text: string): readonly string[] {
  return text.trimEnd() === '' ? [] : text.trimEnd().split('\n').slice(-30);
}
