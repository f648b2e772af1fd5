import type { Steps } from '../core/steps.js';
import type { Configuration } from '../core/workspace.js';

/** A machine on the list, or on its way to it. */
export interface ListedMachine {
  /** Chosen before it is entered, so that it can be told from any other whatever becomes of the process that enters it. */
  readonly uuid: string;
  readonly configuration: Configuration;
  /** The disk's path. */
  readonly disk: string;
}

/** A machine of a disk that was made. */
export interface MachineToRegister extends ListedMachine {
  readonly distro: string;
  /** Of the kernel, which isn't always the guest's. */
  readonly architecture: 'amd64' | 'i386';
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
  /** Enters the machine, boots it, and keeps it as it then is. Where that fails it stays, for {@link remove}. */
  register(machine: MachineToRegister, steps: Steps): Promise<void>;
  /** Takes a machine off the list with what it has written, whatever it is doing. Nothing happens where there is none of that UUID. */
  remove(machine: ListedMachine): Promise<void>;
}
