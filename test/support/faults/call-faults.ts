import type { ChildProcess } from 'node:child_process';
import type { SmallDisk } from './small-disk.js';

/** Something that happens to a command in the instant before it does something to the host. */
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

const signalFaults = Object.entries(signals).map(([signal, exitCode]): CallFault => ({
  name: signal,
  exitCodes: [exitCode],
  quick: signal === 'SIGKILL',
  inject: (_, command) => command.kill(signal as keyof typeof signals),
}));

const diskFaults: readonly CallFault[] = [
  {
    name: 'a full disk',
    exitCodes: [1, 2],
    quick: true,
    inject: (disk) => {
      disk.fill();
      return true;
    },
  },
  {
    name: 'a disk without room for files',
    exitCodes: [1, 2],
    quick: false,
    inject: (disk) => {
      disk.useUpInodes();
      return true;
    },
  },
  {
    name: 'a disk that fails and becomes read-only',
    exitCodes: [1, 2],
    quick: false,
    inject: (disk) => {
      disk.fail();
      return true;
    },
  },
];

/** Everything that is tried on commands that need no target. Each may also come too late to be noticed. */
export const callFaults: readonly CallFault[] = [...signalFaults, ...diskFaults];
