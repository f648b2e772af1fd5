import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pathToFileURL } from 'node:url';
import { project } from '../../support/commands.js';
import { until } from '../../support/until.js';

/** Says that it was interrupted, and what runs when it ends, as what holds programs and the terminal does. */
const waiting = `
  import { readFile } from 'node:fs/promises';
  const { interruption } = await import(process.argv[1]);
  process.on('exit', (exitCode) => process.stdout.write(String(exitCode)));
  interruption().signal.addEventListener('abort', () => process.stdout.write('interrupted '));
  await readFile(process.argv[2]);`;

describe('a process whose thread waits at a FIFO', () => {
  let folder: string;
  let fifo: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gitian-interruption-'));
    fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Opens the FIFO once somebody waits there. */
  const opened = async (): Promise<number> => {
    for (;;) {
      try {
        return openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
      } catch {
        await pause(20);
      }
    }
  };

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends at the second %s, as by it', async (name, exitCode) => {
    const compiled = pathToFileURL(join(project, 'dist/cli/interruption.js')).href;
    const args = ['--input-type=module', '-e', waiting, compiled, fifo];
    const command = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    command.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const ended = once(command, 'close');
    const file = await opened();
    try {
      command.kill(name);
      // Two signals of a kind are one to a process that had no time for the first.
      await until(() => said, Boolean);
      await pause(300);
      expect(command.exitCode).toBe(null);
      command.kill(name);
      const late = pause(5000, ['late']);
      expect(await Promise.race([ended, late])).toEqual([null, name]);
      expect(said).toBe(`interrupted ${String(exitCode)}`);
    } finally {
      command.kill('SIGKILL');
      closeSync(file);
    }
  });
});
