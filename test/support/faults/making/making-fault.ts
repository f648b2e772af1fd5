import type { ChildProcess } from 'node:child_process';
import type { QuickBackend } from '../build/backend.js';
import type { MakingScene } from './making-scene.js';

/** Something that happens to a make-base-vm, or to what it stands on. */
export interface MakingFault {
  readonly name: string;
  readonly backends?: readonly QuickBackend[];
  /** The places in which it can come about; all of them by default. */
  readonly places?: (backend: QuickBackend) => readonly string[];
  /** Those that every run of the tests tries; `npm run faults` tries all. */
  readonly quick?: readonly string[];
  /** Whether one make-base-vm goes through it in all its places, since it does it no harm. */
  readonly inOneRun?: true;
  /** The exit codes that it may end with there: by default 1. Null is for one that is killed. */
  readonly exitCodes?: (place: string, backend: QuickBackend) => readonly (number | null)[];
  /** What is said beside the sentence and the hint that every failure has. */
  readonly says?: RegExp;
  readonly onTerminal?: true;
  /** Whether the image grows on the disk instead of in memory. */
  readonly onDisk?: true;
  /** Whether nothing can be taken away any more where it happens: then the next one does that. */
  readonly leaves?: boolean;
  readonly inject: (
    scene: MakingScene,
    making: ChildProcess | undefined,
    place: string,
  ) => Promise<void> | void;
  /** What is done once it has ended. */
  readonly heal?: (scene: MakingScene) => Promise<void> | void;
}
