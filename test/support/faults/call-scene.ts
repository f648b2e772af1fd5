import type { ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandName } from '../../../src/cli/command-files.js';
import type { Outcome } from '../commands.js';
import { outcomeOf, startCommand } from '../running-command.js';
import type { CallFault } from './call-faults.js';
import { Pause } from './pause.js';
import { SmallDisk } from './small-disk.js';
import { treeOf, type Tree } from './tree.js';

/** A command, and the world that it changes. */
export interface Subject {
  readonly command: CommandName;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Puts into the folder what the command begins with. */
  readonly prepare: (folder: string) => Promise<void> | void;
  /** Where the command runs, if it isn't its folder. */
  readonly cwd?: string;
  /** What has to be there in the end, or be as it was; whatever else is in the folder counts as left over. */
  readonly see?: (folder: string) => Tree;
}

/** What came of a command that was struck. */
export interface Struck {
  readonly outcome: Outcome;
  /** What it was about to do. */
  readonly call: string;
  /** False where the fault couldn't come about, or the command has not so many calls. */
  readonly happened: boolean;
}

/** A command that is struck in the instant before each thing that it does to the host: its folder is a disk of its own. */
export class CallScene implements Disposable {
  readonly #subject: Subject;
  readonly #disk: SmallDisk;

  constructor(subject: Subject, disk = new SmallDisk(64)) {
    this.#subject = subject;
    this.#disk = disk;
  }

  get folder(): string {
    return join(this.#disk.path, 'work');
  }

  /** The folder as the command begins with it. */
  async reset(): Promise<Tree> {
    this.#disk.heal();
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder);
    await this.#subject.prepare(this.folder);
    return this.see();
  }

  see(): Tree {
    return (this.#subject.see ?? treeOf)(this.folder);
  }

  /** Runs the command with nothing in its way. */
  async run(): Promise<Outcome> {
    return outcomeOf(this.#start());
  }

  /** What the command does to the host, from its start to its end. */
  async calls(): Promise<string[]> {
    using pause = new Pause({ call: 0 });
    await outcomeOf(this.#start(pause));
    return pause.calls;
  }

  /** Runs the command into a fault at its n-th call, counted from 1. */
  async strike(fault: CallFault, n: number): Promise<Struck> {
    using pause = new Pause({ call: n });
    const command = this.#start(pause);
    const ended = outcomeOf(command);
    const held = await pause.held(() => command.exitCode !== null);
    const happened = held && fault.inject(this.#disk, command);
    pause.release();
    const outcome = await ended;
    this.#disk.heal();
    return { outcome, happened, call: pause.calls[n - 1] ?? '' };
  }

  [Symbol.dispose](): void {
    this.#disk[Symbol.dispose]();
  }

  #start(pause?: Pause): ChildProcess {
    const { command, args, env, cwd = this.folder } = this.#subject;
    return startCommand(command, args, {
      cwd,
      env: { TMPDIR: join(this.folder, 'tmp'), ...env, ...pause?.env },
    });
  }
}
