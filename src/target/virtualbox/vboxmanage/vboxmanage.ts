import { failure, isFailure } from '../../../core/errors/gitian-error.js';
import { addTo } from '../../../core/files/write-over.js';
import { withPackage } from '../../../core/processes/find-programs.js';
import { quoteWords } from '../../../core/processes/shell-quote.js';
import { run, type ProcessResult } from '../../../core/processes/process.js';
import { calls } from './arguments.js';
import { parseMachineInfo, type MachineInfo } from './machine-info.js';
import { explainRefusal, type Refusal } from './refusal.js';
import { vboxManage } from './vboxmanage-program.js';

/** How a call went. */
export type Answer =
  { readonly done: true; readonly stdout: string } | { readonly done: false; readonly refusal: Refusal };

/**
 * One machine of VirtualBox, through `VBoxManage`. A call that has begun is never interrupted: it comes to an end soon, and
 * a machine left in the middle of a change could neither be used nor put in order.
 */
export class VBoxMachine {
  readonly name: string;
  readonly #log: string | undefined;

  /** Calls that change something are noted in the file `log`, where there is one. */
  constructor(name: string, log: string | undefined) {
    this.name = name;
    this.#log = log;
  }

  /** What VirtualBox knows of it; undefined when it knows no such machine. */
  async info(): Promise<MachineInfo | undefined> {
    const answer = await this.look(calls.info(this.name));
    const info = answer.done ? parseMachineInfo(answer.stdout) : undefined;
    if (info !== undefined) return info;
    const refusal = answer.done ? unreadable : answer.refusal;
    if (refusal.kind === 'no-machine') return undefined;
    throw this.failed('be looked at', refusal);
  }

  /** Asks for something that changes nothing. */
  async look(args: readonly string[]): Promise<Answer> {
    return this.#answer(await call(args));
  }

  /** Does something; a refusal is an answer. */
  async ask(args: readonly string[]): Promise<Answer> {
    const result = await call(args);
    const line = `$ ${quoteWords([vboxManage.program, ...args])}\n${result.stdout}${result.stderr}`;
    if (this.#log !== undefined) addTo(this.#log, line);
    return this.#answer(result);
  }

  /** Does something that has to be done; `what` completes "the machine can't …". */
  async do(what: string, args: readonly string[]): Promise<void> {
    const answer = await this.ask(args);
    if (!answer.done) throw this.failed(what, answer.refusal);
  }

  /** The failure that a refusal is; `what` completes "the machine can't …". */
  failed(what: string, { reason, hint }: Pick<Refusal, 'reason' | 'hint'>): Error {
    return failure('virtualbox-refused', { machine: this.name, what, reason, hint });
  }

  #answer({ exitCode, stdout, stderr }: ProcessResult): Answer {
    return exitCode === 0
      ? { done: true, stdout }
      : { done: false, refusal: explainRefusal(stderr, this.name) };
  }
}

const unreadable: Refusal = {
  kind: 'other',
  reason: '"VBoxManage showvminfo" says nothing that is known',
  hint: undefined,
};

/** What `VBoxManage --version` prints; undefined where there is no such program. */
export async function virtualBoxVersion(): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await call(['--version']);
    return `${stderr}${stdout}`;
  } catch (error) {
    if (isFailure(error, 'tool-missing')) return undefined;
    throw error;
  }
}

async function call(args: readonly string[]): Promise<ProcessResult> {
  return run({ program: vboxManage.program, args, check: false }).catch((error: unknown) => {
    throw withPackage(error, vboxManage);
  });
}
