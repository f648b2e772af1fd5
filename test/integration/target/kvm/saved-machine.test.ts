import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealState, stateFiles } from '../../../../src/target/kvm/saved/saved-state.js';
import { statesFolder } from '../../../../src/target/kvm/saved/states-folder.js';
import type { StartedTarget } from '../../../../src/target/target.js';
import { baseImages, cannotMakeMachines } from '../../../support/base-image.js';
import { project } from '../../../support/commands.js';
import {
  cannotRunMachines,
  machineRemains,
  startsTakeLong,
  unlessBootsTakeLong,
} from '../../../support/machine-remains.js';
import { spec, TargetWorkspace } from '../../../support/workspaces/target-workspace.js';
import { until } from '../../../support/until.js';

/** What nobody else may have: the kernel's random numbers, a program's own, and a key. */
const secrets = `
head -c 32 /dev/urandom | od -An -tx1
cat /proc/sys/kernel/random/uuid
perl -e 'print rand, "\\n"'
ssh-keygen -q -t ed25519 -N "" -f key && cat key`;

describe.skipIf(cannotRunMachines || cannotMakeMachines)('a machine that was saved after its boot', () => {
  let cache: string;
  let first: TargetWorkspace;
  let second: TargetWorkspace;
  /** How long two starts at once took that found no state, in milliseconds. */
  let booting: number;
  let targets: StartedTarget[];

  const started = async (place: TargetWorkspace, signal?: AbortSignal): Promise<StartedTarget> => {
    const driver = await place.driver({ cache }, signal);
    await driver.prepare(spec);
    return driver.start(spec);
  };
  const states = async (): Promise<string[]> => readdir(statesFolder(cache)).catch(() => []);

  beforeAll(async () => {
    const images = baseImages('bookworm', ['amd64'], 'kvm');
    cache = await mkdtemp(join(tmpdir(), 'gitian-states-'));
    [first, second] = [
      await TargetWorkspace.create('kvm', images),
      await TargetWorkspace.create('kvm', images),
    ];
    const begun = performance.now();
    targets = await Promise.all([started(first), started(second)]);
    booting = performance.now() - begun;
  }, 900_000);
  afterAll(async () => {
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
    await rm(cache, { recursive: true });
  });

  it('is kept once, though two needed it at once, and without the holes of its memory', async () => {
    expect(await states()).toHaveLength(1);
    const [name = ''] = await states();
    expect(name).toMatch(/^kvm-bookworm-amd64-[0-9a-f]{20}$/);
    const { size, blocks } = await stat(join(statesFolder(cache), name, 'memory'));
    expect(size).toBe(500 * 2 ** 20);
    expect(blocks * 512).toBeLessThan(size / 2);
  });

  it('goes on with the right time', async () => {
    for (const target of targets) {
      const before = Date.now();
      const { stdout } = await target.run(['date', '+%s%3N']);
      expect(Number(stdout)).toBeGreaterThan(before - 2000);
      expect(Number(stdout)).toBeLessThan(Date.now() + 1000);
    }
  });

  it('shares neither random numbers nor keys nor files with another that went on from the same state', async () => {
    const told = await Promise.all(
      targets.map(async (target) => (await target.run(['sh', '-c', secrets])).stdout.split('\n')),
    );
    const [mine = [], others = []] = told.map((lines) => lines.filter((line) => /[0-9]/.test(line)));
    expect(mine.length).toBeGreaterThan(5);
    expect(mine.filter((line) => !/^(-----|AAAA|b3Bl)/.test(line) && others.includes(line))).toEqual([]);
    await targets[0]?.run(['sh', '-c', 'echo mine >mine']);
    const look = await targets[1]?.run(['cat', 'mine'], { check: false });
    expect(look?.exitCode).toBe(1);
  });

  it('is there much sooner than one that boots', async () => {
    await Promise.all(targets.map(async (target) => target.stop()));
    const begun = performance.now();
    await using target = await started(first);
    expect(performance.now() - begun).toBeLessThan(booting / 3);
    expect((await target.run(['ls'])).stdout).toBe('');
    expect(first.events.filter(({ kind }) => kind === 'warning')).toEqual([]);
  });

  it('leaves nothing when its making is interrupted, and nothing lasting when it is killed', async () => {
    const [name = ''] = await states();
    const away = join(cache, 'away');
    await rm(away, { recursive: true, force: true });
    const own = { cache: away };
    for (const moment of [0, 400, 3000]) {
      const interruption = new AbortController();
      const driver = await second.driver(own, interruption.signal);
      await driver.prepare(spec);
      const timer = setTimeout(() => {
        interruption.abort(new Error('interrupted'));
      }, moment);
      await expect(driver.start(spec)).rejects.toThrow('interrupted');
      clearTimeout(timer);
      expect([machineRemains(second.root), await readdir(statesFolder(away)).catch(() => [])]).toEqual([
        [],
        [],
      ]);
    }
    const script = join(project, 'test/support/hold-target.js');
    const child = spawn(process.execPath, [script, 'kvm', 'debian', 'starting'], {
      cwd: second.root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, GITIAN_CACHE: away },
    });
    await until(
      async () => readdir(statesFolder(away)).catch(() => []),
      (found) => found.length > 0,
    );
    child.kill('SIGKILL');
    await until(
      () => machineRemains(second.root),
      (left) => left.length === 0,
    );
    expect(await states()).toEqual([name]);
  });

  it.skipIf(startsTakeLong)(`is made again when it is not what was saved${unlessBootsTakeLong}`, async () => {
    const [name = ''] = await states();
    const state = stateFiles(join(statesFolder(cache), name));
    await writeFile(state.devices, 'no devices of QEMU');
    // The note agrees, so that QEMU has to find out.
    await sealState(state);
    await using target = await started(second);
    expect((await target.run(['echo', 'up'])).stdout).toBe('up\n');
    expect(await states()).toEqual([name]);
    expect((await stat(state.devices)).size).toBeGreaterThan(10_000);
  });

  it.skipIf(startsTakeLong)(`boots where its state is removed at once${unlessBootsTakeLong}`, async () => {
    const elsewhere = join(cache, 'removed');
    const placed = async (): Promise<string | undefined> =>
      (await readdir(statesFolder(elsewhere)).catch(() => [])).find((name) => !name.startsWith('.'));
    const driver = await second.driver({ cache: elsewhere });
    await driver.prepare(spec);
    const starting = driver.start(spec);
    let name: string | undefined;
    while (name === undefined) name = await placed();
    await rename(join(statesFolder(elsewhere), name), join(elsewhere, name));
    await using target = await starting;
    expect((await target.run(['echo', 'up'])).stdout).toBe('up\n');
    expect(await placed()).toBeUndefined();
  });
});
