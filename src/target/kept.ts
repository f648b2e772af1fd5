/** What a backend keeps in a user's folder for caches, beyond a build. None of its programs are needed to tell or remove it. */
export interface KeptByBackend {
  /** Machines that targets of all workspaces can begin from, in no order. */
  machines(): Promise<KeptMachine[]>;

  /** Removes a machine; nothing happens where there is none. Targets that began from it go on. */
  removeMachine(name: string): Promise<void>;

  /** Removes what processes that were killed were making, or removing. */
  removeAbandoned(): Promise<void>;

  /** Removes what lies beside a target of a workspace that is gone. */
  removeBeside(target: string): Promise<void>;
}

/** A machine in a list. */
export interface KeptMachine {
  readonly name: string;
  /** On the disk. */
  readonly bytes: number;
  readonly used: Date;
}
