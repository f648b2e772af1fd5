import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { moveMachine, sendDevices, type Migrating } from '../../../../src/target/kvm/qemu/migration.js';
import { QemuFailure } from '../../../../src/target/kvm/qemu/running-qemu.js';
import { deferred } from '../../../../src/target/deferred.js';

describe('what QEMU refuses to send', () => {
  let folder: string;
  let state: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gitian-migration-'));
    state = join(folder, 'state');
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  /** A QEMU that refuses to migrate, and can be ended. */
  const refusing = (): { readonly qemu: Migrating; readonly end: () => Promise<void> } => {
    const ended = deferred<never>();
    const qemu: Migrating = {
      folder: {
        path: folder,
        starter: '',
        control: '',
        network: '',
        alive: '',
        session: '',
        wake: '',
        state,
      },
      ask: (command) =>
        command === 'migrate' ? Promise.reject(new QemuFailure('QEMU refuses it')) : Promise.resolve({}),
      event: async () => {
        await ended.promise;
        throw new QemuFailure('QEMU ended');
      },
    };
    return {
      qemu,
      // What is rejected unheard fails a run of tests by itself, once there was time for it.
      end: async () => {
        ended.resolve(undefined as never);
        await turn();
        await turn();
      },
    };
  };

  it('is told, and its end, which follows, is nobody’s surprise', async () => {
    const { qemu, end } = refusing();
    await expect(sendDevices(qemu, join(folder, 'devices'))).rejects.toThrow('QEMU refuses it');
    await end();
  });

  it('is told where the socket is taken', async () => {
    const { qemu, end } = refusing();
    await writeFile(state, '');
    await expect(sendDevices(qemu, join(folder, 'devices'))).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await end();
  });

  it('is told of a machine that is moved', async () => {
    const { qemu, end } = refusing();
    await expect(moveMachine(qemu, qemu)).rejects.toThrow('QEMU refuses it');
    await end();
  });
});
