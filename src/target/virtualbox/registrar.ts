import { chmod } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CleanUp } from '../../core/clean-up.js';
import { failure } from '../../core/errors/gitian-error.js';
import type { Emit } from '../../core/events.js';
import { makeFolder } from '../../core/files/make-folder.js';
import { writeOver } from '../../core/files/write-over.js';
import type { Steps } from '../../core/steps.js';
import type { Configuration, Workspace } from '../../core/workspace.js';
import type { MachineRegistrar, MachineToRegister } from '../machine-registrar.js';
import { SshConnection } from '../ssh/connection.js';
import { runCommand } from '../ssh/run-command.js';
import { calls, registration } from './vboxmanage/arguments.js';
import { usableRule } from './host-port.js';
import { Keeper } from './keeper.js';
import { logIn } from './log-in.js';
import { machineName } from './vboxmanage/machine-name.js';
import { probe } from './probe.js';
import { takeOffTheList } from './take-off-the-list.js';
import { VBoxMachine } from './vboxmanage/vboxmanage.js';

/** The world that machines are registered in. */
export interface RegistrarHost {
  readonly workspace: Workspace;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** Registers machines with VirtualBox. */
export function virtualBoxRegistrar(host: RegistrarHost): MachineRegistrar {
  return {
    check: async (configuration) => {
      const { log, machine } = await named(configuration, host);
      const usable = await probe();
      if (!usable.usable) {
        const { reason, hint } = usable;
        throw failure('backend-unusable', { backend: 'vbox', reason, hint });
      }
      writeOver(log, '');
      if ((await machine.info()) !== undefined) throw failure('machine-exists', { machine: machine.name });
    },
    register: async (wanted, steps) => new Registration(wanted, host).run(steps),
    remove: takeOffTheList,
  };
}

async function named(
  configuration: Configuration,
  { workspace }: RegistrarHost,
): Promise<{ readonly log: string; readonly machine: VBoxMachine }> {
  await makeFolder(workspace.var);
  const log = workspace.targetLog;
  return { log, machine: new VBoxMachine(machineName(configuration), log) };
}

/** How long the first boot may take, in milliseconds. */
const patience = 600_000;

/** One machine on its way into VirtualBox's list. */
class Registration {
  readonly #wanted: MachineToRegister;
  readonly #host: RegistrarHost;
  readonly #machine: VBoxMachine;
  readonly #disk: string;

  constructor(wanted: MachineToRegister, host: RegistrarHost) {
    this.#wanted = wanted;
    this.#host = host;
    this.#machine = new VBoxMachine(machineName(wanted.configuration), host.workspace.targetLog);
    this.#disk = resolve(wanted.disk);
  }

  async run(steps: Steps): Promise<void> {
    const { name } = this.#machine;
    const port = await steps.run(`Registering ${name} with VirtualBox`, async () => this.#enter());
    await steps.run(`Booting ${name}`, async () => this.#boot(port));
    await steps.run('Taking its snapshot', async () => {
      await this.#machine.do('be kept as a snapshot', calls.takeSnapshot(name));
      await this.#machine.do('be powered off', calls.powerOff(name));
    });
    this.#host.signal.throwIfAborted();
  }

  /** Returns the port that leads to the guest's ssh server. */
  async #enter(): Promise<number> {
    const { name } = this.#machine;
    const forwarding = await usableRule(undefined);
    // VirtualBox wants to be able to write to a disk, though it won't.
    await chmod(this.#disk, 0o644);
    for (const args of registration({ ...this.#wanted, name, disk: this.#disk, forwarding })) {
      this.#host.signal.throwIfAborted();
      await this.#machine.do('be registered', args);
    }
    return forwarding.hostPort;
  }

  async #boot(port: number): Promise<void> {
    const { workspace, signal, emit } = this.#host;
    await using cleanUp = new CleanUp(emit);
    const keeper = new Keeper(this.#machine.name, '');
    cleanUp.add('let go of the machine', async () => keeper.release());
    const begun = await keeper.begun();
    if (!begun.done) throw this.#machine.failed('be started', begun.refusal);
    const { hostKey } = this.#wanted;
    const connection = await logIn({ machine: this.#machine, port, hostKey, patience, workspace, signal });
    if (!(connection instanceof SshConnection)) throw this.#machine.failed('be booted', connection);
    // The snapshot's disk and memory are of one moment, but only what is on the disk survives a boot from it.
    await runCommand(connection, 'sync', { signal });
    await connection[Symbol.asyncDispose]();
  }
}
