import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quoteWords } from '../../src/core/processes/shell-quote.js';
import { isRoot, othersMayRead } from './base-image.js';
import type { Outcome } from './commands.js';
import { TypedTerminal } from './typed-terminal.js';

/** Why no ordinary user can be made for a test, or undefined. */
export const noOrdinaryUser =
  !isRoot ||
  spawnSync('sh', ['-c', 'command -v useradd userdel sudo runuser'], { stdio: 'ignore' }).status !== 0
    ? 'needs root, useradd and sudo'
    : othersMayRead
      ? undefined
      : 'needs a clone that other users may read';

/** A user of this host, made for a test, who may use sudo without a password unless a rule says otherwise. */
export class OrdinaryUser implements Disposable {
  readonly name = `gitian-test-${String(process.pid)}`;
  readonly password = 'gitian';
  readonly uid: number;
  readonly home: string;
  readonly #rule = `/etc/sudoers.d/${this.name}`;

  constructor() {
    this.home = mkdtempSync(join(tmpdir(), 'gitian-user-'));
    execFileSync('useradd', ['--home-dir', this.home, '--shell', '/bin/bash', this.name]);
    this.uid = Number(execFileSync('id', ['-u', this.name], { encoding: 'utf8' }));
    chownSync(this.home, this.uid, this.uid);
    execFileSync('chpasswd', { input: `${this.name}:${this.password}\n` });
    this.setSudo('!requiretty');
  }

  /** Gives sudo an option for this user, and says which programs, in place of the last ones. */
  setSudo(option: string, programs = 'NOPASSWD: ALL'): void {
    const lines = [`Defaults:${this.name} ${option}`, `${this.name} ALL=(ALL) ${programs}`];
    writeFileSync(this.#rule, `${lines.join('\n')}\n`, { mode: 0o440 });
  }

  /** Runs a program as this user, in a folder. */
  run(cwd: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}): Outcome {
    const { status, stdout, stderr } = spawnSync('runuser', this.#arguments(argv, env), {
      cwd,
      encoding: 'utf8',
    });
    return { exitCode: status, stdout, stderr };
  }

  /** Starts a program as this user, on a terminal of its own. */
  onTerminal(
    cwd: string,
    argv: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): TypedTerminal {
    const words = ['script', '--quiet', '--flush', '--return', '--command', quoteWords(argv), '/dev/null'];
    const args = this.#arguments(words, { TERM: 'xterm', SHELL: '/bin/sh', ...env });
    return new TypedTerminal(spawn('runuser', args, { cwd, stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  /** Starts a program as this user, in a process group of its own. */
  start(cwd: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    // Without a shell or runuser between, so that the child is the program.
    const [program = '', ...args] = argv;
    return spawn(program, args, {
      cwd,
      uid: this.uid,
      gid: this.uid,
      env: this.#environment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  }

  [Symbol.dispose](): void {
    this.#waitForPrograms();
    rmSync(this.#rule, { force: true });
    execFileSync('userdel', [this.name]);
    rmSync(this.home, { recursive: true, force: true });
  }

  /** A command may have left something to programs in the background, and userdel refuses a user who has any. */
  #waitForPrograms(): void {
    const script = 'while ps -u "$1" -o stat= | grep -qv "^Z"; do sleep 0.1; done';
    spawnSync('timeout', ['60', 'sh', '-c', script, 'sh', String(this.uid)]);
  }

  #arguments(argv: readonly string[], env: Readonly<Record<string, string>>): string[] {
    const variables = Object.entries(this.#environment(env)).map(([key, value]) => `${key}=${value}`);
    return ['-u', this.name, '--', 'env', '-i', ...variables, ...argv];
  }

  #environment(env: Readonly<Record<string, string>>): Record<string, string> {
    return { PATH: process.env['PATH'] ?? '', HOME: this.home, USE_LXC: '1', ...env };
  }
}
