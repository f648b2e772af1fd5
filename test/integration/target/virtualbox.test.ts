import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Steps } from '../../../src/core/steps.js';
import { silent } from '../../../src/core/events.js';
import type { StartedTarget } from '../../../src/target/target.js';
import { virtualBoxRegistrar } from '../../../src/target/virtualbox/registrar.js';
import { cannotMakeMachines } from '../../support/base-image.js';
import { executable, project, runProgram } from '../../support/commands.js';
import { startsTakeLong, unlessBootsTakeLong } from '../../support/machine-remains.js';
import { TestSshServer, testKey } from '../../support/servers/ssh-server.js';
import { spec, TargetWorkspace } from '../../support/workspaces/target-workspace.js';
import { until } from '../../support/until.js';
import { cannotRunVirtualBox } from '../../support/virtualbox/environment.js';
import { VirtualBoxHome } from '../../support/virtualbox/home.js';

const unavailable = cannotMakeMachines || cannotRunVirtualBox || startsTakeLong;
const title = unavailable
  ? `VirtualBox targets${unlessBootsTakeLong || ' (skipped: needs mmdebstrap, QEMU and OVMF)'}`
  : 'VirtualBox targets, with a VBoxManage of ours';

describe.skipIf(unavailable)(title, () => {
  let home: VirtualBoxHome;
  beforeAll(() => {
    home = new VirtualBoxHome();
  }, 1_800_000);
  afterEach(() => {
    home.fail({});
    expect(home.processes).toEqual([]);
  });
  afterAll(() => {
    home[Symbol.dispose]();
  });

  const workspace = async (name?: string): Promise<TargetWorkspace> =>
    TargetWorkspace.create('vbox', [home.image], name);
  const said = async (target: StartedTarget, script: string): Promise<string> =>
    (await target.run(['sh', '-c', script], { check: false })).stdout;

  it('keeps what was written until it is put back, sets the clock, and is found by others', async () => {
    await using place = await workspace();
    const driver = await place.driver();
    expect(await driver.probe()).toEqual({ usable: true });
    expect(await driver.isPrepared(spec)).toBe(false);
    await expect(driver.start(spec)).rejects.toMatchObject({ code: 'target-not-prepared', exitCode: 2 });
    await driver.prepare(spec);
    {
      await using target = await driver.start(spec);
      const clock = Number(await said(target, 'date +%s'));
      expect(Math.abs(clock - Date.now() / 1000)).toBeLessThan(20);
      await said(target, 'echo here >marker');
      await expect((await place.driver()).start(spec)).rejects.toMatchObject({ code: 'target-running' });
      await using found = await (await place.driver()).attach();
      expect(found === undefined ? '' : await said(found, 'cat marker')).toBe('here\n');
      await using elsewhere = await workspace();
      await expect((await elsewhere.driver()).prepare(spec)).rejects.toMatchObject({
        code: 'machine-in-use',
        exitCode: 2,
        message: expect.stringContaining(place.root) as string,
      });
    }
    expect(home.state).toBe('saved');
    expect(existsSync(place.workspace.targetState)).toBe(false);
    {
      await using target = await driver.start(spec);
      expect(await said(target, 'cat marker')).toBe('here\n');
    }
    expect(place.events).toEqual([]);
    {
      // What was saved was saved with its memory.
      await using target = await driver.start({ ...spec, memory: 700 });
      expect(await said(target, 'cat marker')).toBe('here\n');
    }
    const text = `"${home.machine}" goes on as it was saved, with its 500 MiB and 1 processor`;
    expect(place.events).toMatchObject([{ kind: 'warning', text }]);
    await driver.prepare(spec);
    await using target = await driver.start(spec);
    expect(await said(target, 'cat marker')).toBe('');
  });

  const forwardedPort = (): number => {
    const info = home.manage('showvminfo', home.machine, '--machinereadable');
    return Number(/^Forwarding\(0\)="guestssh,tcp,127\.0\.0\.1,(\d+),,22"$/m.exec(info)?.[1]);
  };

  it('takes another port when its own is taken', async () => {
    const server = createServer();
    // Somebody else who has it will do.
    await new Promise<unknown>((resolve) => {
      server.once('error', resolve).listen(2223, '127.0.0.1', () => {
        resolve(undefined);
      });
    });
    try {
      await using place = await workspace();
      const driver = await place.driver();
      await driver.prepare(spec);
      await using target = await driver.start(spec);
      expect(await said(target, 'echo up')).toBe('up\n');
      expect([Number.NaN, 2223]).not.toContain(forwardedPort());
    } finally {
      server.close();
    }
  });

  it('takes another port when somebody takes its own in the last moment', async () => {
    await using place = await workspace();
    const driver = await place.driver();
    await driver.prepare(spec);
    let stranger: TestSshServer | undefined;
    const last = createServer((waiting) => {
      void TestSshServer.start(testKey(), testKey(), forwardedPort()).then((server) => {
        stranger = server;
        waiting.end();
      });
    });
    last.listen(0, '127.0.0.1');
    await once(last, 'listening');
    home.fail({ wait: String((last.address() as AddressInfo).port) });
    last.once('connection', () => {
      home.fail({});
    });
    try {
      await using target = await driver.start(spec);
      expect(await said(target, 'hostname')).toBe('gitian\n');
    } finally {
      last.close();
      await stranger?.[Symbol.asyncDispose]();
    }
    expect(forwardedPort()).not.toBe(stranger?.port);
  });

  it('refuses a machine with another host key than the recorded one', async () => {
    await using place = await workspace();
    const driver = await place.driver();
    await driver.prepare(spec);
    const record = `${place.workspace.baseImage(spec, '.vdi')}.json`;
    const text = await readFile(record, 'utf8');
    await rm(record);
    const changed = text.replace(
      /("hostKey": "ssh-ed25519 .{40})(.)/,
      (_, before: string, one: string) => before + (one === 'A' ? 'B' : 'A'),
    );
    await writeFile(record, changed);
    await expect(driver.start(spec)).rejects.toMatchObject({
      code: 'target-failed',
      message: expect.stringContaining('host key') as string,
    });
    expect(home.state).toBe('saved');
  });

  it('works with a machine that was made by hand, whose key it sees first and then holds it to', async () => {
    await using place = await workspace();
    const disk = place.workspace.baseImage(spec, '.vdi');
    for (const file of [disk, `${disk}.json`]) await rm(file);
    const driver = await place.driver();
    expect(await driver.base(spec)).toEqual({ path: disk, digest: undefined });
    await driver.prepare({ ...spec, memory: 700 });
    expect(place.events).toMatchObject([{ kind: 'warning' }]);
    {
      await using target = await driver.start(spec);
      expect(await said(target, 'echo up')).toBe('up\n');
    }
    const seen = place.workspace.hostKey(home.machine);
    const key = await readFile(seen, 'utf8');
    expect(key).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]{68}\n$/);
    await writeFile(seen, key.replace(/.{4}\n$/, 'AAAA\n'));
    await expect(driver.start(spec)).rejects.toMatchObject({ code: 'target-failed' });
    await rm(seen);
  });

  it('says why a machine does not start, and leaves none', async () => {
    await using place = await workspace();
    const driver = await place.driver();
    await driver.prepare(spec);
    home.fail({ startvm: 'VT-x is not available (VERR_VMX_NO_VMX)' });
    await expect(driver.start(spec)).rejects.toMatchObject({
      code: 'target-failed',
      message: expect.stringContaining('VT-x') as string,
      log: place.workspace.targetLog,
    });
    expect(existsSync(place.workspace.targetState)).toBe(false);
    home.fail({ '--version': 'WARNING: The vboxdrv kernel module is not loaded.\n' });
    expect(await driver.probe()).toMatchObject({ usable: false });
  });

  it('says what VirtualBox lacks', async () => {
    await using place = await workspace();
    const driver = await place.driver();
    await expect(driver.prepare({ ...spec, suite: 'other' })).rejects.toMatchObject({
      code: 'base-image-missing',
      exitCode: 2,
    });
    home.fail({ snapshot: "Could not find a snapshot named 'Gitian-Clean'" });
    await expect(driver.prepare(spec)).rejects.toMatchObject({
      code: 'virtualbox-refused',
      hint: expect.stringMatching(
        /--delete; rm -f base-bookworm-amd64.vdi .*; make-base-vm --vbox /,
      ) as string,
    });
  });

  it('is saved when its command is killed', async () => {
    await using place = await workspace();
    const script = join(project, 'test/support/hold-target.js');
    const child = spawn(process.execPath, [script, 'vbox', spec.distro, 'hold'], {
      cwd: place.root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect(home.state).toBe('running');
    child.kill('SIGKILL');
    await until(
      () => home.processes,
      (left) => left.length === 0,
    );
    expect([home.state, existsSync(place.workspace.targetState)]).toEqual(['saved', false]);
  });

  it('works by hand, with the commands in libexec', async () => {
    await using place = await workspace('virtualbox');
    const env = { USE_VBOX: '1', VBOX_USER_HOME: home.path, VMEM: '500', NPROCS: '1' };
    const call = (name: Parameters<typeof executable>[0], ...args: string[]): (number | string | null)[] => {
      const { exitCode, stdout } = runProgram(executable(name), args, { cwd: place.root, env });
      return [exitCode, stdout];
    };
    expect(call('make-clean-vm', '--suite', 'bookworm', '--arch', 'amd64')).toEqual([0, '']);
    expect(call('start-target', '64', 'bookworm-amd64')).toEqual([0, '']);
    expect(call('on-target', 'echo $HOME; exit 3')).toEqual([3, '/home/debian\n']);
    expect(call('stop-target')).toEqual([0, '']);
    expect(call('stop-target')).toEqual([0, '']);
    expect(home.state).toBe('saved');
  });

  it('takes a machine that it could not boot off the list, and no other', async () => {
    await using place = await workspace();
    const { workspace: folder } = place;
    const configuration = { suite: 'bookworm', architecture: 'i386' };
    const registrar = virtualBoxRegistrar({
      workspace: folder,
      emit: silent,
      signal: new AbortController().signal,
    });
    await expect(registrar.check(spec)).rejects.toMatchObject({ code: 'machine-exists', exitCode: 2 });
    await registrar.check(configuration);
    home.fail({ startvm: 'AMD-V is disabled in the BIOS (VERR_SVM_DISABLED)' });
    const disk = join(place.root, 'copy.vdi');
    await writeFile(disk, await readFile(home.image));
    const machine = {
      uuid: randomUUID(),
      configuration,
      distro: 'debian',
      architecture: 'amd64',
      disk,
      hostKey: '',
      memory: 500,
      processors: 1,
    } as const;
    await expect(registrar.register(machine, new Steps(silent))).rejects.toMatchObject({
      code: 'virtualbox-refused',
    });
    await expect(registrar.check(configuration)).rejects.toMatchObject({ code: 'machine-exists' });
    await registrar.remove({ ...machine, uuid: randomUUID() });
    await expect(registrar.check(configuration)).rejects.toMatchObject({ code: 'machine-exists' });
    await registrar.remove(machine);
    await registrar.remove(machine);
    await registrar.check(configuration);
  });
});
