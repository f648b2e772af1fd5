import type { ChildProcess } from 'node:child_process';
import type { FaultyBackend } from './backend.js';
import type { BuildScene } from './build-scene.js';
import { buildSteps, type BuildStep } from './build-steps.js';
import type { Pause } from '../calls/pause.js';

/** How a build ends that notices a fault. */
export interface Strike {
  /** Null is for one that is killed. */
  readonly exitCodes: readonly (number | null)[];
  /** What is said: the sentence, and the hint where there has to be one. */
  readonly says: RegExp;
  /** The log that the user is shown the way to. */
  readonly log?: string;
}

/** Something that happens to a build, or to what it stands on. */
export interface BuildFault {
  readonly name: string;
  /** The backends that know such a fault, if not all do. */
  readonly backends?: readonly FaultyBackend[];
  /** Steps in which it can come about. */
  readonly steps: readonly BuildStep[];
  /** Those that every run of the tests tries; `npm run faults` tries all. */
  readonly quick: readonly BuildStep[];
  /** Whether the build stands still until it has come about, or goes on meanwhile. */
  readonly moment: 'held' | 'going on';
  /** Whether one build goes through it in all its steps, one after the other, since it does that build no harm. */
  readonly inOneBuild?: true;
  /** How the build ends when it comes about in a step. It has to go on unharmed where this is undefined; it may do either where that is a matter of bytes. */
  readonly strike: (step: BuildStep) => Strike | undefined | 'either';
  /** Whether the build is shown on a terminal. */
  readonly onTerminal?: boolean;
  readonly inject: (
    scene: BuildScene,
    build: ChildProcess,
    at: { readonly pause: Pause; readonly step: BuildStep },
  ) => Promise<void> | void;
  /** Whether it may also take what looks after the target, so that the next command takes away what is left. */
  readonly takesKeeper?: true;
  /** What is done once the build has ended. */
  readonly heal?: (scene: BuildScene) => Promise<void> | void;
}

/** The steps up to one, with it. */
export function upTo(last: BuildStep): BuildStep[] {
  return buildSteps.slice(0, buildSteps.indexOf(last) + 1);
}

/** The steps from one to another, with both. */
export function between(first: BuildStep, last: BuildStep): BuildStep[] {
  return upTo(last).slice(buildSteps.indexOf(first));
}

/** What a fault has that does a build no harm. */
export const unharmed = { moment: 'held', strike: () => undefined, steps: buildSteps, quick: [] } as const;
