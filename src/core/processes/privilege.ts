import { failure, isFailure } from '../errors/gitian-error.js';
import { noSudo } from '../errors/host.js';
import { run, type ProcessSpec } from './process.js';

/** Turns a program into one that root runs: as it is for root, through `sudo -n` for others. Node itself never runs as root for this. */
export interface Privilege {
  /** True where this process is root already. */
  readonly isRoot: boolean;
  asRoot(spec: ProcessSpec): ProcessSpec;
  /** Keeps sudo from asking for the password again for as long as it isn't disposed. */
  keepAwake(): Disposable;
}

/** For a process that is root. */
export const root: Privilege = {
  isRoot: true,
  asRoot: (spec) => spec,
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
    args: ['-n', '--', ...outOfTerminal(spec), spec.program, ...spec.args],
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

/** What takes a program that is to be out of the foreground out of the terminal that sudo has to stay in. */
function outOfTerminal({ inForeground }: ProcessSpec): string[] {
  return inForeground === false ? ['setsid', '--wait', '--'] : [];
}

/** The privilege this process has. Throws `root-needed` where there is neither root nor sudo; `what` begins the sentence. */
export async function obtainPrivilege(what: string): Promise<Privilege> {
  if (isRoot()) return root;
  const reason = await privilegeProblem();
  if (reason !== undefined) throw failure('root-needed', { what, reason });
  if (await sudoRuns(['-n', '--', 'true'])) return throughSudo;
  const asked = await run({
    program: 'sudo',
    args: ['-v'],
    stdin: 'inherit',
    stdout: 'inherit',
    stderr: 'inherit',
    check: false,
  });
  if (asked.exitCode === 0) return throughSudo;
  throw failure('root-needed', { what, reason: 'sudo refuses' });
}

/** Why this process can't become root, or undefined if it can, perhaps after a password. Asks nobody. */
export async function privilegeProblem(): Promise<string | undefined> {
  if (isRoot()) return undefined;
  const quiet = await sudoRuns(['-n', '--', 'true']);
  if (quiet === undefined) return noSudo;
  return quiet || process.stdin.isTTY ? undefined : 'sudo asks for a password or refuses';
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
