/** How a container's session is told to end, or to outlive this process. */
export interface SessionControl {
  /** What ended by itself and took the container with it, where that is known. */
  readonly lost: string | undefined;
  /** False when something can't be ended. */
  stop(): Promise<boolean>;
  /** False when it has ended already. */
  detach(): Promise<boolean>;
}
