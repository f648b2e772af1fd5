import type { ChildProcess } from 'node:child_process';
import type { CallFault } from './calls/call-faults.js';
import type { CallScene } from './calls/call-scene.js';
import type { Pause } from './calls/pause.js';
import type { SmallDisk } from './small-disk.js';

/** Where and how a command is held while something happens. */
export interface Moment {
  readonly scene: CallScene;
  readonly pause: Pause;
  /** What it is about to do. */
  readonly call: string;
}

/** Something that happens to a command or to what it stands on. */
export interface SceneFault extends Omit<CallFault, 'inject'> {
  /** Whether the command is shown on a terminal, where nobody keeps what it says. */
  readonly onTerminal?: true;
  /** Before which calls it is tried; before any if this is undefined. */
  readonly fits?: (call: string) => boolean;
  readonly inject: (
    disk: SmallDisk,
    command: ChildProcess,
    at: Moment,
  ) => Promise<boolean | undefined> | boolean;
  /** What is done once the command has ended. */
  readonly heal?: (scene: CallScene) => Promise<void> | void;
}
