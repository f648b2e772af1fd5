import type { ChildProcess } from 'node:child_process';
import type { SmallDisk } from './small-disk.js';

/** Signals that end a command, and what it exits with then; null is for one that is killed. */
export const endSignals = [
  { signal: 'SIGINT', exitCode: 130 },
  { signal: 'SIGTERM', exitCode: 143 },
  { signal: 'SIGHUP', exitCode: 129 },
  { signal: 'SIGKILL', exitCode: null },
] as const;

type DiskHarmName =
  'a full disk' | 'a disk without room for files' | 'a disk that fails and becomes read-only';

/** What may come over a disk. */
export const diskHarms: Readonly<Record<DiskHarmName, (disk: SmallDisk) => void>> = {
  'a full disk': (disk) => {
    disk.fill();
  },
  'a disk without room for files': (disk) => {
    disk.useUpInodes();
  },
  'a disk that fails and becomes read-only': (disk) => {
    disk.fail();
  },
};

/** What a closed terminal does to a command that `script` shows on it, and how the command has to end. */
export const terminalClosed = {
  name: 'its terminal closed',
  onTerminal: true,
  inject: (_: unknown, script: ChildProcess | undefined): void => {
    script?.kill('SIGKILL');
  },
  heal: async (scene: { readonly codeOnTerminal: () => Promise<string> }): Promise<void> => {
    const code = await scene.codeOnTerminal();
    if (code !== '129') throw new Error(`it ended with ${code}`);
  },
} as const;

/** The words that make a user of a command who has nothing to do with anything. */
export const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] as const;
