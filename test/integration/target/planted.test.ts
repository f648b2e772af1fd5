import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identify } from '../../../src/core/processes/process-identity.js';
import { makeRunFolder, type RunFolder } from '../../../src/target/kvm/run-folder.js';
import { Session } from '../../../src/target/kvm/qemu/session.js';
import { writeState, type TargetState } from '../../../src/target/state.js';
import type { TargetDriver } from '../../../src/target/target.js';
import { baseImages, cannotBuild, isRoot } from '../../support/base-image.js';
import { spec, TargetWorkspace } from '../../support/workspaces/target-workspace.js';
import { triesAll } from '../../support/tries-all.js';

// A group may share a workspace: what one of them puts there isn't for another one's root to obey.
describe.skipIf(cannotBuild)(
  'what others put into a workspace (skipped without LXC and root or sudo)',
  () => {
    let place: TargetWorkspace;
    let driver: TargetDriver;
    beforeAll(async () => {
      place = await TargetWorkspace.create('lxc', baseImages('bookworm', ['amd64']));
      driver = await place.driver();
    }, 600_000);
    afterAll(async () => place[Symbol.asyncDispose]());

    const folder = (): string => place.workspace.target(spec);
    const refusal = {
      code: 'target-failed',
      message: expect.stringContaining("another user's, or others may write in it") as string,
    };

    it.skipIf(!isRoot)('is no target when the folder is theirs (skipped without root)', async () => {
      await driver.prepare(spec);
      await symlink('/etc', join(folder(), 'upper'));
      await chown(folder(), 65534, 65534);
      await expect(driver.start(spec)).rejects.toMatchObject(refusal);
    });

    it.each([0o770, 0o702, 0o755])(
      'is no target when they may look into its folder or write there: mode %i',
      async (mode) => {
        await driver.prepare(spec);
        await chmod(folder(), mode);
        await expect(driver.start(spec)).rejects.toMatchObject(refusal);
      },
    );

    it('is a target when a folder of the group has made its own the same', async () => {
      await driver.prepare(spec);
      await chmod(folder(), 0o2700);
      await (await driver.start(spec)).stop();
    });

    it('leads root to no other process or container', async () => {
      await driver.prepare(spec);
      await using target = await driver.start(spec);
      const path = place.workspace.targetState;
      const text = await readFile(path, 'utf8');
      const state = JSON.parse(text) as TargetState;
      const other = await identify(process.pid);
      await mkdir(join(place.root, 'gitian-000000000000'));
      await writeFile(join(place.root, 'gitian-000000000000/pid'), `${String(process.pid)}\n`);
      const { details } = state;
      for (const planted of [
        { ...state, details: { ...details, init: other } },
        { ...state, details: { ...details, name: `../..${place.root}/gitian-000000000000` } },
        { ...state, details: { ...details, name: 'gitian-000000000000' } },
        { ...state, process: other },
      ]) {
        await writeFile(path, JSON.stringify(planted));
        expect(await driver.attach()).toBeUndefined();
        expect(existsSync(path)).toBe(false);
      }
      await writeFile(path, text);
      expect(await (await driver.attach())?.run(['echo', 'here'])).toMatchObject({ stdout: 'here\n' });
      await target.stop();
    });
  },
);

/** Stands in for a QEMU that is up and takes no orders. */
interface Deaf extends AsyncDisposable {
  readonly folder: RunFolder;
  readonly session: Session;
  readonly state: TargetState;
}

async function deafMachine(state: string): Promise<Deaf> {
  const folder = await makeRunFolder(undefined);
  const server = createServer().listen(folder.control);
  const session = new Session({
    ...{ folder: folder.path, state, log: '/dev/null', layer: undefined },
    network: { kind: 'host' },
    ...{ program: 'sleep', args: ['infinity'] },
  });
  const init = await identify((await session.started) ?? 0);
  if (init === undefined) throw new Error('the session ended');
  const details = { init, folder: folder.path, port: 1 };
  return {
    folder,
    session,
    state: { backend: 'kvm', spec, process: init, since: new Date().toISOString(), details },
    [Symbol.asyncDispose]: async () => {
      server.close();
      await session.kill();
    },
  };
}

// No machine is needed for what is found of one.
describe.skipIf(process.platform !== 'linux')('what others put into the workspace of a machine', () => {
  let place: TargetWorkspace;
  beforeAll(async () => {
    place = await TargetWorkspace.create('kvm', []);
    await mkdir(place.workspace.var);
  });
  afterAll(async () => place[Symbol.asyncDispose]());

  it('leads to no socket but that of a machine of this user and workspace', async () => {
    const { targetState } = place.workspace;
    await using own = await deafMachine(targetState);
    await using elsewhere = await deafMachine(join(place.root, 'elsewhere/var/target.json'));
    const planted = await mkdtemp(join(tmpdir(), 'gitian-planted-'));
    await symlink(own.folder.path, join(planted, 'gitian-kvm-aaaaaa'));
    await writeFile(join(planted, 'owner'), `${targetState}\n`);
    const named = [elsewhere.folder.path, planted, join(planted, 'gitian-kvm-aaaaaa'), place.root, ''];
    const driver = await place.driver();
    for (const folder of named) {
      await writeState(place.workspace, { ...own.state, details: { ...own.state.details, folder } });
      expect(await driver.attach(), folder).toBeUndefined();
      expect(existsSync(targetState)).toBe(false);
    }
    expect(named.slice(0, -1).filter((folder) => !existsSync(folder))).toEqual([]);
    await writeState(place.workspace, own.state);
    expect(await driver.attach()).toBeDefined();
    await rm(planted, { recursive: true });
  });

  it.each([
    ['may look into', 0o750, 0],
    ['may write in', 0o702, 0],
    ...(isRoot ? [['own', 0o700, 65534] as const] : []),
  ] as const)('leads to no folder that others %s', async (_, mode, owner) => {
    await using machine = await deafMachine(place.workspace.targetState);
    await writeState(place.workspace, machine.state);
    await chmod(machine.folder.path, mode);
    if (owner !== 0) await chown(machine.folder.path, owner, owner);
    expect(await (await place.driver()).attach()).toBeUndefined();
  });

  it.skipIf(!triesAll)(
    'is killed where it takes no orders (with GITIAN_TEST_ALL)',
    { timeout: 60_000 },
    async () => {
      await using machine = await deafMachine(place.workspace.targetState);
      await writeState(place.workspace, machine.state);
      const target = await (await place.driver()).attach();
      await target?.stop();
      await machine.session.ended;
      expect([existsSync(machine.folder.path), existsSync(place.workspace.targetState)]).toEqual([
        false,
        false,
      ]);
    },
  );
});
