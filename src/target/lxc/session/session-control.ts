/** Whose files are to be, by number. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** How a container's session is told to end, or to outlive this process. */
export interface SessionControl {
  /** What ended by itself and took the container with it, where that is known. */
  readonly lost: string | undefined;
  /** False when something can't be ended. */
  stop(): Promise<boolean>;
  /**
   * Ends everything, and moves folders of the guest, paths of plain names below its root, into the target's folder
   * `taken`, as `1`, `2` and so on. False when they have to be copied instead.
   */
  take(folders: readonly string[], owner: Owner): Promise<boolean>;
  /** Ends everything, and moves what the guest wrote into the target's folder `sealed`; its size in bytes, or undefined when that failed. */
  seal(): Promise<number | undefined>;
  /** False when it has ended already. */
  detach(): Promise<boolean>;
}
