import type { ChildProcess } from 'node:child_process';
import { diskHarms, endSignals } from '../harms.js';
import type { SmallDisk } from '../small-disk.js';

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

/** Signals to the command. */
export const signalFaults: readonly CallFault[] = endSignals.map(({ signal, exitCode }) => ({
  name: signal,
  exitCodes: [exitCode],
  quick: signal === 'SIGKILL',
  inject: (_, command) => command.kill(signal),
}));

const ofDisk = (name: keyof typeof diskHarms): CallFault => ({
  name,
  exitCodes: [1, 2],
  quick: name === 'a full disk',
  inject: (disk) => {
    diskHarms[name](disk);
    return true;
  },
});

/** Nothing can be taken away from it either. */
export const readOnlyDisk = ofDisk('a disk that fails and becomes read-only');

/** What happens to the disk that holds its folder. */
export const diskFaults: readonly CallFault[] = [
  ofDisk('a full disk'),
  ofDisk('a disk without room for files'),
  readOnlyDisk,
];
