import type { StartedTarget } from './target.js';

/** A guest directory, and the host directory that what lies in it is to become. */
export interface TakenDirectory {
  readonly from: string;
  /** Not there yet. */
  readonly to: string;
}

/** A rare ability of started targets: handing files over instead of copies of them. */
export interface TakesFiles {
  /**
   * Stops the target, and gives each directory's content to the host, by the rules of `copyFrom`: what can be moved is no
   * longer in the target afterwards. Throws as `copyFrom` does, and then something may be in the host directories.
   */
  takeFrom(directories: readonly TakenDirectory[]): Promise<void>;
}

/** Whether a target can do it. */
export function takesFiles(target: StartedTarget): target is StartedTarget & TakesFiles {
  return 'takeFrom' in target;
}
