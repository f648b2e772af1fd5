import { createInterface } from 'node:readline';
import { packageFile } from '../../../core/package-files.js';
import type { Privilege } from '../../../core/processes/privilege.js';
import { run, start, type ProcessSpec, type RunningProcess } from '../../../core/processes/process.js';
import { deferred } from '../../deferred.js';
import { parseUsers, type UserFiles } from '../../guest-users.js';
import type { Owner, SessionControl } from './session-control.js';

/** What a session is started with; see `share/lxc/session.sh`. */
export interface SessionSpec {
  readonly name: string;
  readonly base: string;
  readonly targetFolder: string;
  /** Opened by this process, and not by root, who may write more. */
  readonly log: string;
  readonly state: string;
  readonly network: 'own' | 'own-with-host' | 'bridge' | 'none';
  /** The host's id for root of the container; 0 without a user namespace. */
  readonly firstId: number;
  /** The port that the guest may reach at the host, if any. */
  readonly hostPort: number | undefined;
  /** Addresses of the host that the guest may not reach but there. */
  readonly hostAddresses: readonly string[];
}

/** How the start of a session went. */
export type SessionStart =
  | { readonly kind: 'ready'; readonly sessionPid: number; readonly initPid: number }
  | { readonly kind: 'busy' }
  | { readonly kind: 'failed'; readonly stage: string | undefined };

/** How long a session may take to end everything, in milliseconds. */
const patience = 20_000;

/**
 * The root process that holds a target up: as long as this process lives, or until it is stopped once it is detached.
 * It is nobody's child; the pipes to it are the link, and their end is its end.
 */
export class Session implements SessionControl {
  readonly #program: ProcessSpec;
  readonly #process: RunningProcess;
  readonly #privilege: Privilege;
  readonly #begun = deferred<string>();
  readonly #detached = deferred<boolean>();
  readonly #taken = deferred<boolean>();
  readonly #sealed = deferred<number | undefined>();
  #pid: number | undefined;
  #lost: string | undefined;
  #unshifted: string | undefined;
  #users: UserFiles | undefined;

  /** Starts it; {@link begun} tells how that went. */
  constructor(spec: SessionSpec, privilege: Privilege) {
    this.#privilege = privilege;
    this.#program = {
      ...sessionProgram(spec),
      stdin: 'pipe',
      stderr: { appendTo: spec.log },
      check: false,
    };
    this.#process = start(privilege.asRoot(this.#program));
    const { stdin, stdout, ended } = this.#process;
    // It may end before it reads.
    stdin?.on('error', () => undefined);
    if (stdout !== null) createInterface({ input: stdout }).on('line', this.#hear);
    const over = (): void => {
      this.#begun.resolve('');
      this.#detached.resolve(false);
      this.#taken.resolve(false);
      this.#sealed.resolve(undefined);
    };
    ended.then(over, over);
  }

  /** Waits for what the session says first. Throws `sudo-refuses`. */
  async begun(): Promise<SessionStart> {
    const [word, ...values] = (await this.#begun.promise).split(' ');
    if (word === 'ready') {
      const [sessionPid = 0, initPid = 0] = values.map(Number);
      this.#pid = sessionPid;
      return { kind: 'ready', sessionPid, initPid };
    }
    // One that fails as soon as it listens may not be able to end its own listener: its end of the pipe does.
    this.#process.stdin?.end();
    const { exitCode } = await this.#process.ended;
    if (word === '') await this.#privilege.demandAllowed(this.#program, exitCode);
    if (word === 'busy') return { kind: 'busy' };
    return { kind: 'failed', stage: word === 'failed' ? values.join(' ') : undefined };
  }

  /** What ended by itself and took the target with it. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** Why root of the container is root of the host, if it is. */
  get unshifted(): string | undefined {
    return this.#unshifted;
  }

  /** The guest's files of users as they were before anything ran in it, where they are known. */
  get users(): UserFiles | undefined {
    return this.#users;
  }

  /** Lets the session live on when this process ends; false when it has ended already. */
  async detach(): Promise<boolean> {
    this.#process.stdin?.write('detach\n');
    const detached = await this.#detached.promise;
    this.#process.stdin?.end();
    return detached;
  }

  /** Ends everything, and moves folders of the guest out of it. */
  async take(folders: readonly string[], { uid, gid }: Owner): Promise<boolean> {
    this.#process.stdin?.end(`take ${String(uid)}:${String(gid)} ${folders.join(' ')}\n`);
    return this.#taken.promise;
  }

  /** Ends everything, and moves what the guest wrote aside. */
  async seal(): Promise<number | undefined> {
    this.#process.stdin?.end('seal\n');
    return this.#sealed.promise;
  }

  /** Ends everything; false when that can't be done. */
  async stop(): Promise<boolean> {
    this.#process.stdin?.end('stop\n');
    return (await this.#endsWithin(patience)) || (await this.#kill());
  }

  readonly #hear = (line: string): void => {
    const [word, ...values] = line.split(' ');
    if (word === 'detached') this.#detached.resolve(true);
    else if (word === 'lost') this.#lost = values[0];
    else if (word === 'unshifted') this.#unshifted = values.join(' ');
    else if (word === 'users') this.#users = parseUsers(Buffer.from(values.join(''), 'hex').toString());
    else if (word === 'sealed') this.#sealed.resolve(Number(values[0]));
    else if (word === 'taken' || word === 'kept') this.#taken.resolve(word === 'taken');
    else this.#begun.resolve(line);
  };

  async #kill(): Promise<boolean> {
    if (this.#pid === undefined) return false;
    const args = ['-s', 'KILL', '--', String(this.#pid)];
    await run(this.#privilege.asRoot({ program: 'kill', args, check: false }));
    return this.#endsWithin(patience);
  }

  async #endsWithin(milliseconds: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, milliseconds, false);
    });
    const ended = this.#process.ended.then(() => true);
    return Promise.race([ended, late]).finally(() => {
      clearTimeout(timer);
    });
  }
}

function sessionProgram(spec: SessionSpec): { program: string; args: string[] } {
  const { name, base, targetFolder, state, network, firstId, hostPort, hostAddresses } = spec;
  const words = [name, base, targetFolder, state, network, String(firstId)];
  words.push(hostPort === undefined ? '-' : String(hostPort), ...hostAddresses);
  return { program: 'sh', args: [packageFile('share/lxc/launch.sh'), ...words] };
}
