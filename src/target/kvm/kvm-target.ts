import { failure, type GitianError } from '../../core/errors/gitian-error.js';
import { suiteArch } from '../../core/workspace.js';
import type { CutsNetwork } from '../cuts-network.js';
import type { SealedLayer, SealsLayer } from '../layers.js';
import { MachineTarget, type RunningMachine } from '../ssh/machine-target.js';
import { guardLoopback } from './guard-loopback.js';
import { QemuFailure, type RunningQemu } from './qemu/running-qemu.js';
import { warmUp } from './saved/save-machine.js';
import { sealMachine } from './seal.js';
import type { Startable } from './qemu/startable.js';

/** A machine of QEMU's that this process has started. */
export class KvmTarget extends MachineTarget implements SealsLayer, CutsNetwork {
  readonly #startable: Startable;
  readonly #qemu: RunningQemu;

  constructor(machine: RunningMachine, startable: Startable, qemu: RunningQemu) {
    super(machine);
    this.#startable = startable;
    this.#qemu = qemu;
  }

  async seal(): Promise<SealedLayer> {
    const { settings, signal } = this.#startable.host;
    await this.run(['sh', '-c', warmUp], { user: 'root', check: false });
    try {
      const connection = await this.connected();
      // All saved machines are alike in this.
      const problem = settings.reachesHostLoopback
        ? await guardLoopback(connection, false, signal)
        : undefined;
      if (problem !== undefined) throw new QemuFailure(problem);
      // The guest has heard of the end when its side of the connection is gone.
      await connection.end();
      const sealed = await sealMachine(this.#startable, this.#qemu);
      await this.stop();
      return sealed;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof QemuFailure)) throw error;
      throw this.#lost(error);
    }
  }

  async cutNetwork(): Promise<AsyncDisposable> {
    await this.#qemu.connectOutside(false).catch((error: unknown) => {
      throw error instanceof QemuFailure ? this.#lost(error) : error;
    });
    return {
      [Symbol.asyncDispose]: async () => {
        await this.#qemu.connectOutside(true).catch((error: unknown) => {
          // With the machine its network has gone.
          if (!(error instanceof QemuFailure)) throw error;
        });
      },
    };
  }

  #lost({ message, hint }: QemuFailure): GitianError {
    const { spec, host } = this.#startable;
    const log = host.workspace.targetLog;
    const lost = failure('target-lost', { target: suiteArch(spec), reason: message }, { log });
    return hint === undefined ? lost : lost.withHint(hint);
  }
}
