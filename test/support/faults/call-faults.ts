import type { ChildProcess } from 'node:child_process';
import type { SmallDisk } from './small-disk.js';

/** Something that happens to a command in the instant before it does something to the host. It may also come too late to be noticed. */
export interface CallFault {
  readonly name: string;
  /** The exit codes that a command may end with that notices it; null is for one that is killed. */
  readonly exitCodes: readonly (number | null)[];
  /** Whether every run of the tests tries it, before one call; `npm run faults` tries all, before every call. */
  readonly quick: boolean;
  /** False where it can't come about just now. */
  readonly inject: (disk: SmallDisk, command: ChildProcess) => boolean;
}

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGKILL: null } as const;

/** Signals to the command. */
export const signalFaults: readonly CallFault[] = Object.entries(signals).map(([signal, exitCode]) => ({
  name: signal,
  exitCodes: [exitCode],
  quick: signal === 'SIGKILL',
  inject: (_: SmallDisk, command: ChildProcess): boolean => command.kill(signal as keyof typeof signals),
}));

const diskFault = (name: string, quick: boolean, harm: (disk: SmallDisk) => void): CallFault => ({
  name,
  exitCodes: [1, 2],
  quick,
  inject: (disk) => {
    harm(disk);
    return true;
  },
});

/** Nothing can be taken away from it either. */
export const readOnlyDisk = diskFault('a disk that fails and becomes read-only', false, (disk) => {
  disk.fail();
});

/** What happens to the disk that holds its folder. */
export const diskFaults: readonly CallFault[] = [
  diskFault('a full disk', true, (disk) => {
    disk.fill();
  }),
  diskFault('a disk without room for files', false, (disk) => {
    disk.useUpInodes();
  }),
  readOnlyDisk,
];
