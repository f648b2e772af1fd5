import { basename, resolve } from 'node:path';
import { failure } from '../core/errors/gitian-error.js';
import type { Emit } from '../core/events.js';
import { run } from '../core/processes/process.js';
import { shownPath } from '../core/words/shown-path.js';
import { Workspace } from '../core/workspace.js';
import type { ProgramSignerOptions } from '../signing/program-signer.js';
import type { SignedResult } from '../signing/sign-results.js';
import type { Signer } from '../signing/signer.js';
import type { CommandContext, DefineCommand } from './command.js';
import { gitianBase } from './gitian-base.js';
import { programOption } from './options/program-option.js';
import { refuseConflicts } from './options/refuse-conflicts.js';
import { required } from './options/required-option.js';

interface GivenOptions {
  readonly quiet?: true;
  readonly signer?: string;
  readonly release: string;
  readonly destination?: string;
  readonly signing_program?: string;
  readonly key?: string;
  readonly passphraseFd?: string;
  readonly sign: boolean;
  readonly force?: true;
  readonly allowEmpty?: true;
}

type GsignOptions = GivenOptions & { readonly signer: string };

/** `gsign`: turns results into signed assertions. */
export const define: DefineCommand = (program, context) =>
  program
    .usage('[options] <descriptor>.yml…')
    .description(
      'Signs what gbuild has built: writes an assertion of the result and its signature under sigs/.',
    )
    .argument('<descriptors...>', 'the descriptors whose results are signed')
    .option('-s, --signer <id>', 'whom to sign as: a key of the signing program, and the name of a folder')
    .option('-r, --release <name>', 'the release that was built', 'test')
    .option(
      '-d, --destination <dir>',
      'where assertions lie (default: sigs/<name>, below $GITIAN_BASE where it is set)',
    )
    .option(
      '-p, --signing_program <cmd>',
      "what signs; '-u <signer> <file>' is added to it (default: gpg --detach-sign)",
    )
    .option('--key <file>', 'sign with this OpenPGP secret key, without a program')
    .option(
      '--passphrase-fd <n>',
      "read the key's passphrase from this file descriptor (default: ask on the terminal)",
    )
    .option('--no-sign', 'write the assertion only, to be signed on another machine')
    .option('--force', 'replace an assertion that exists already')
    .option('--allow-empty', 'sign a result without outputs')
    .option('-q, --quiet', 'print nothing but warnings and errors')
    .action(async (descriptors: string[], given: GivenOptions) => {
      const options = { ...given, signer: required(program, '-s, --signer <id>', given.signer) };
      const quiet = options.quiet === true;
      const emit = context.speak(quiet);
      const { signResults } = await import('../signing/sign-results.js');
      await using signing = await signerOf(options, context, emit);
      const results = await signResults(
        {
          workspace: new Workspace(context.cwd, gitianBase(context)),
          descriptors,
          destination:
            options.destination === undefined ? undefined : resolve(context.cwd, options.destination),
          release: options.release,
          signer: options.signer,
          signing,
          force: options.force === true,
          allowEmpty: options.allowEmpty === true,
          signal: context.signal,
        },
        emit,
      );
      for (const result of results) {
        emit({ kind: 'note', text: sentence(result, options.signer) });
        if (!quiet) context.io.stdout.write(hashLines(result, context.cwd));
      }
    });

async function signerOf(
  options: GsignOptions,
  context: CommandContext,
  emit: Emit,
): Promise<Signer | undefined> {
  checkOptions(options);
  if (!options.sign) return undefined;
  if (options.key !== undefined) return keySignerOf(options.key, options, context);
  const words = programOption(options.signing_program ?? 'gpg --detach-sign', '--signing_program');
  // What release scripts name where the assertion is signed elsewhere.
  if (basename(words[0]) === 'true') return undefined;
  return programSignerOf({ words, signer: options.signer }, context, emit);
}

/** Throws `options-conflict` where two options contradict each other. */
function checkOptions({ key, signing_program: program, sign, passphraseFd }: GsignOptions): void {
  refuseConflicts([
    [key !== undefined && program !== undefined, '--key', '--signing_program', 'only one of them can sign'],
    [key !== undefined && !sign, '--key', '--no-sign', 'nothing is signed'],
    [passphraseFd !== undefined && key === undefined, '--passphrase-fd', 'a program', 'it is for --key'],
  ]);
}

async function programSignerOf(
  program: Pick<ProgramSignerOptions, 'words' | 'signer'>,
  context: CommandContext,
  emit: Emit,
): Promise<Signer> {
  const { programSigner } = await import('../signing/program-signer.js');
  return programSigner({
    ...program,
    tty: await terminalName(context),
    emit,
    signal: context.signal,
    now: () => Date.now() / 1000,
  });
}

async function keySignerOf(
  key: string,
  options: GsignOptions,
  { cwd, io, signal }: CommandContext,
): Promise<Signer> {
  const { keySigner } = await import('../signing/key-signer.js');
  const { askPassphrase, passphraseFrom } = await import('./options/passphrase.js');
  const { passphraseFd } = options;
  const file = resolve(cwd, key);
  const fd = passphraseFd === undefined ? undefined : fileDescriptor(passphraseFd);
  return keySigner({
    file,
    shown: shownPath(file, cwd),
    passphrase: () =>
      fd === undefined ? askPassphrase(key, io.stderr, signal) : passphraseFrom(fd, io.stdin, signal),
    now: () => new Date(),
  });
}

function fileDescriptor(value: string): number {
  if (/^[0-9]{1,4}$/.test(value)) return Number(value);
  throw failure('usage-bad-value', {
    what: '--passphrase-fd',
    value,
    expected: 'the number of an open file descriptor',
  });
}

/** What `GPG_TTY` should be where it isn't set: GnuPG's agent is another process and can't find the terminal itself. */
async function terminalName({ env, io, signal }: CommandContext): Promise<string | undefined> {
  if ((env['GPG_TTY'] ?? '') !== '' || io.stdin.isTTY !== true) return undefined;
  const { exitCode, stdout } = await run({
    program: 'tty',
    args: [],
    stdin: 'inherit',
    check: false,
    signal,
  });
  return exitCode === 0 ? stdout.trim() : undefined;
}

function sentence({ verdict, signatureSha256 }: SignedResult, signer: string): string {
  if (signatureSha256 === undefined) return 'not signed; compare the hash where you sign it';
  if (verdict === undefined)
    return `signed as ${signer}; the signature can't be checked here, since GnuPG doesn't have its key`;
  const key = 'key' in verdict ? verdict.key : undefined;
  const name = [key?.primaryFingerprint, key?.userId].filter((part) => part !== undefined).join(' ');
  return `signed as ${signer}${name === '' ? '' : ` with ${name}`}; the signature is good`;
}

/** What `sha256sum -c` reads. */
function hashLines({ place, sha256, signatureSha256 }: SignedResult, cwd: string): string {
  const line = (hash: string, path: string): string => `${hash}  ${shownPath(path, cwd)}\n`;
  return (
    line(sha256, place.assertion) +
    (signatureSha256 === undefined ? '' : line(signatureSha256, place.signature))
  );
}
