import type { ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandName } from '../../../../src/cli/command-files.js';
import { executable, type Outcome } from '../../commands.js';
import { outcomeOf, startCommand } from '../../running-command.js';
import { longOddName } from '../../workspaces/target-workspace.js';
import { asNobody } from '../harms.js';
import { codeOnTerminal, startOnTerminal } from '../on-terminal.js';
import { OwnPrograms } from '../own-programs.js';
import { Pause } from './pause.js';
import { SmallDisk } from '../small-disk.js';
import { treeOf, type Tree } from '../tree.js';

/** A command and its arguments. */
export interface CommandLine {
  readonly command: CommandName;
  readonly args: readonly string[];
}

/** A command, and the world that it changes. */
export interface Subject extends CommandLine {
  readonly env: Readonly<Record<string, string>>;
  /** Puts into the folder what the command begins with. */
  readonly prepare: (folder: string) => Promise<void> | void;
  /** Where the command runs, if it isn't its folder. */
  readonly cwd?: string;
  /** What has to be there in the end, or be as it was; whatever else is in the folder counts as left over. */
  readonly see?: (folder: string) => Tree;
  /** Other commands that somebody may give there at the same time. */
  readonly others?: readonly CommandLine[];
}

/** What a scene may share with others. */
export interface Surroundings {
  readonly disk?: SmallDisk;
  readonly place?: Place;
}

/** Where commands run that are to see something else of the host than others. */
export interface Place {
  /** What runs a program there, and in this folder: words to be put before its own. */
  readonly inside: (folder: string) => readonly string[];
}

/** A command that can be held in the instant before each thing that it does to the host: its folder is on a disk of its own. */
export class CallScene implements Disposable {
  readonly subject: Subject;
  readonly disk: SmallDisk;
  readonly programs = new OwnPrograms();
  readonly #place: Place | undefined;
  readonly #ownsDisk: boolean;

  constructor(subject: Subject, { disk, place }: Surroundings = {}) {
    this.subject = subject;
    this.#ownsDisk = disk === undefined;
    this.disk = disk ?? new SmallDisk(64);
    this.#place = place;
  }

  /** Where everything is that the command changes. */
  static folderOn(disk: SmallDisk): string {
    return join(disk.path, longOddName);
  }

  get folder(): string {
    return CallScene.folderOn(this.disk);
  }

  /** Where the command runs. */
  get cwd(): string {
    return this.subject.cwd ?? this.folder;
  }

  /** The folder as the command begins with it. */
  async reset(): Promise<Tree> {
    this.heal();
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder);
    await this.subject.prepare(this.folder);
    return this.see();
  }

  see(): Tree {
    return (this.subject.see ?? treeOf)(this.folder);
  }

  /** Runs the command with nothing in its way. */
  async run(): Promise<Outcome> {
    return outcomeOf(this.start());
  }

  /** Runs another command beside it, perhaps as a user who has nothing to do with it. */
  async runBeside({ command, args }: CommandLine, as: 'same' | 'nobody' = 'same'): Promise<Outcome> {
    const env = { ...this.#environment, ...(as === 'nobody' ? { HOME: '/nonexistent' } : {}) };
    const within = [...this.#within, ...(as === 'nobody' ? asNobody : [])];
    return outcomeOf(startCommand(command, args, { cwd: this.cwd, env, within }));
  }

  /** What the command does to the host, from its start to its end. */
  async calls(terminal = false): Promise<string[]> {
    using pause = new Pause({ call: 0 });
    await outcomeOf(terminal ? this.startOnTerminal(pause) : this.start(pause));
    return pause.calls;
  }

  start(pause?: Pause): ChildProcess {
    const { command, args } = this.subject;
    const env = { ...this.#environment, ...pause?.env };
    return startCommand(command, args, { cwd: this.cwd, env, within: this.#within });
  }

  /** Starts the command on a terminal, which is another process; its exit code will be in {@link codeOnTerminal}. */
  startOnTerminal(pause: Pause): ChildProcess {
    const { command, args } = this.subject;
    const { HOME = '' } = process.env;
    return startOnTerminal([executable(command), ...args], {
      within: this.#within,
      env: { HOME, ...this.#environment, ...pause.env },
      cwd: this.cwd,
      code: this.#terminalCode,
    });
  }

  async codeOnTerminal(): Promise<number> {
    return Number(await codeOnTerminal(this.#terminalCode));
  }

  /** The disk and the programs are as before. */
  heal(): void {
    this.disk.heal();
    this.programs.restore();
  }

  [Symbol.dispose](): void {
    if (this.#ownsDisk) this.disk[Symbol.dispose]();
    this.programs[Symbol.dispose]();
  }

  get #environment(): Record<string, string> {
    return { TMPDIR: join(this.folder, 'tmp'), PATH: this.programs.path, ...this.subject.env };
  }

  get #within(): readonly string[] {
    return this.#place?.inside(this.cwd) ?? [];
  }

  get #terminalCode(): string {
    return `${this.programs.path}.code`;
  }
}
