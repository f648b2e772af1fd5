import { failure, isFailure } from '../errors/gitian-error.js';
import { noSudo } from '../errors/host.js';
import { silent, type Emit } from '../events.js';
import { run, type ProcessResult, type ProcessSpec } from './process.js';

/** Turns a program into one that root runs: as it is for root, through `sudo -n` for others. Node itself never runs as root for this. */
export interface Privilege {
  /** True where this process is root already. */
  readonly isRoot: boolean;
  asRoot(spec: ProcessSpec): ProcessSpec;
  /** Throws `sudo-refuses` where it was sudo itself that ended with this exit code, because it doesn't let the program be run. */
  demandAllowed(spec: ProcessSpec, exitCode: number): Promise<void>;
  /** Keeps sudo from asking for the password again for as long as it isn't disposed. */
  keepAwake(): Disposable;
}

/** For a process that is root. */
export const root: Privilege = {
  isRoot: true,
  asRoot: (spec) => spec,
  demandAllowed: () => Promise.resolve(),
  keepAwake: () => ({ [Symbol.dispose]: () => undefined }),
};

/** How often sudo is reminded, in milliseconds; it forgets after 5 minutes at the earliest. */
const reminder = 4 * 60 * 1000;

/** For an ordinary user whom sudo allows the privileged programs. */
export const throughSudo: Privilege = {
  isRoot: false,
  asRoot: (spec) => ({
    ...spec,
    program: 'sudo',
    args: ['-n', '--', ...wordsForRoot(spec)],
    // sudo remembers a password per terminal, so it has to stay in it.
    inForeground: true,
    kill: (pid, signal) => {
      run({
        program: 'sudo',
        args: ['-n', '--', 'kill', '-s', signal.slice(3), '--', String(pid)],
        check: false,
        inForeground: true,
      }).catch(() => undefined);
    },
  }),
  demandAllowed: async (spec, exitCode) => {
    // A program may end with this too, and a guest may say what sudo does: so sudo is asked.
    if (exitCode !== refused) return;
    const words = wordsForRoot(spec);
    if ((await sudoRuns(['-n', '-l', '--', ...words])) !== false) return;
    const asks = (await sudoRuns(runsQuietly)) !== true;
    throw failure('sudo-refuses', { program: words[0] ?? '', asks });
  },
  keepAwake: () => {
    const timer = setInterval(() => {
      run({ program: 'sudo', args: ['-n', '-v'], check: false, inForeground: true }).catch(() => undefined);
    }, reminder).unref();
    return {
      [Symbol.dispose]: () => {
        clearInterval(timer);
      },
    };
  },
};

/** What sudo exits with when it runs nothing. */
const refused = 1;

/** Runs a program as root to its end. Throws `sudo-refuses` where sudo itself fails. */
export async function runAsRoot(spec: ProcessSpec, privilege: Privilege): Promise<ProcessResult> {
  try {
    const result = await run(privilege.asRoot(spec));
    await privilege.demandAllowed(spec, result.exitCode);
    return result;
  } catch (error) {
    if (isFailure(error, 'process-failed')) await privilege.demandAllowed(spec, refused);
    throw error;
  }
}

function wordsForRoot(spec: ProcessSpec): string[] {
  return [...outOfTerminal(spec), spec.program, ...spec.args];
}

/** What takes a program that is to be out of the foreground out of the terminal that sudo has to stay in. */
function outOfTerminal({ inForeground }: ProcessSpec): string[] {
  return inForeground === false ? ['setsid', '--wait', '--'] : [];
}

/**
 * The privilege this process has, perhaps after sudo has asked for a password in the terminal, which is lent to it. Throws
 * `root-needed` where there is neither root nor sudo; `what` begins the sentence.
 */
export async function obtainPrivilege(what: string, emit: Emit = silent): Promise<Privilege> {
  if (isRoot()) return root;
  const quiet = await sudoRuns(runsQuietly);
  if (quiet === true) return throughSudo;
  const reason = problemOf(quiet) ?? (await problemAfterAsking(emit));
  if (reason === undefined) return throughSudo;
  throw failure('root-needed', { what, reason });
}

/** Why this process can't become root, or undefined if it can, perhaps after a password. Asks nobody. */
export async function privilegeProblem(): Promise<string | undefined> {
  return isRoot() ? undefined : problemOf(await sudoRuns(runsQuietly));
}

/** What sudo is given to find out whether it has to ask. */
const runsQuietly = ['-n', '--', 'true'];

function problemOf(runs: boolean | undefined): string | undefined {
  if (runs === undefined) return noSudo;
  return runs || process.stdin.isTTY ? undefined : 'sudo asks for a password or refuses';
}

/** Lets sudo ask for the password; says why there is no root after that. */
async function problemAfterAsking(emit: Emit): Promise<string | undefined> {
  const terminal = { stdin: 'inherit', stdout: 'inherit', stderr: 'inherit' } as const;
  emit({ kind: 'terminal-lent' });
  try {
    const { exitCode } = await run({ program: 'sudo', args: ['-v'], ...terminal, check: false });
    if (exitCode !== 0) return 'sudo refuses';
  } finally {
    emit({ kind: 'terminal-returned' });
  }
  return (await sudoRuns(runsQuietly)) === true ? undefined : 'sudo asks again although it has the password';
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Whether sudo exits with 0, which one that can't be started doesn't; undefined where there is no sudo. */
async function sudoRuns(args: readonly string[]): Promise<boolean | undefined> {
  try {
    return (await run({ program: 'sudo', args, check: false, inForeground: true })).exitCode === 0;
  } catch (error) {
    if (isFailure(error, 'tool-missing')) return undefined;
    if (isFailure(error, 'process-failed')) return false;
    throw error;
  }
}
