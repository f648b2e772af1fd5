import type { ClientChannel, PseudoTtyOptions } from 'ssh2';
import type { RunOptions } from '../target.js';

/** What a command sees of this process's terminal, where all three of its streams are that; else undefined. */
export function terminalOf({ stdin, stdout, stderr, env }: RunOptions): PseudoTtyOptions | undefined {
  const inherits = [stdin, stdout, stderr].every((stream) => stream === 'inherit');
  const { stdin: keyboard, stdout: screen, stderr: words } = process;
  if (!inherits || !keyboard.isTTY || !screen.isTTY || !words.isTTY) return undefined;
  return { term: env?.['TERM'] ?? 'dumb', cols: screen.columns, rows: screen.rows };
}

/** Hands the keyboard over to a command, every key of it, and tells it when the window changes; until disposed of. */
export function handOver(channel: ClientChannel): Disposable {
  const resized = (): void => {
    channel.setWindow(process.stdout.rows, process.stdout.columns, 0, 0);
  };
  process.stdin.setRawMode(true);
  process.stdout.on('resize', resized);
  return {
    [Symbol.dispose]: () => {
      process.stdout.off('resize', resized);
      process.stdin.setRawMode(false);
    },
  };
}
