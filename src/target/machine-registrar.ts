import type { Steps } from '../core/steps.js';
import type { Configuration } from '../core/workspace.js';

/** A machine of a disk that was made. */
export interface MachineToRegister {
  readonly configuration: Configuration;
  readonly distro: string;
  /** Of the kernel, which isn't always the guest's. */
  readonly architecture: 'amd64' | 'i386';
  /** The disk's path. */
  readonly disk: string;
  /** The ssh host key that the guest has, such as `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** In MiB. */
  readonly memory: number;
  readonly processors: number;
}

/** A program of the host that keeps a list of machines, in which one has to be before it can be started. */
export interface MachineRegistrar {
  /** Throws where the program can't be used, or has a machine of that name; changes nothing. */
  check(configuration: Configuration): Promise<void>;
  /** Enters the machine, boots it, and keeps it as it then is. A failure takes it off the list again. */
  register(machine: MachineToRegister, steps: Steps): Promise<void>;
}
