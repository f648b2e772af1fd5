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

/** Nothing can be taken away from it either. */
export const readOnlyDisk: CallFault = {
  name: 'a disk that fails and becomes read-only',
  exitCodes: [1, 2],
  quick: false,
  inject: (disk: SmallDisk): boolean => {
    disk.fail();
    return true;
  },
};

/** What happens to the disk that holds its folder. */
export const diskFaults: readonly CallFault[] = [
  {
    name: 'a full disk',
    exitCodes: [1, 2],
    quick: true,
    inject: (disk: SmallDisk): boolean => {
      disk.fill();
      return true;
    },
  },
  {
    name: 'a disk without room for files',
    exitCodes: [1, 2],
    quick: false,
    inject: (disk: SmallDisk): boolean => {
      disk.useUpInodes();
      return true;
    },
  },
  readOnlyDisk,
];
