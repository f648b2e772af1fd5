import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { machineStates } from '../support/base-image.js';
import { project } from '../support/commands.js';
import { spec, oddName } from '../support/workspaces/target-workspace.js';
import { until } from '../support/until.js';
import { describeLife } from './describe-contract.js';

/** How many moments of a start are tried. */
const moments = 8;

/** Uses the network as apt does, without making an emulated machine unpack an archive's indexes. */
const fetch = `
uri=$(grep -rhoE 'https?://[^ ]+' /etc/apt/sources.list /etc/apt/sources.list.d | head -n 1)
exec /usr/lib/apt/apt-helper download-file "\${uri%/}/dists/bookworm/InRelease" release`;

const marker = ['sh', '-c', 'echo here >marker'] as const;

describeLife('life', ({ name, remains }, workspace) => {
  /** Another process that prepares and starts a target. */
  const holder = async (root: string, mode: 'hold' | 'detach' | 'starting'): Promise<ChildProcess> => {
    const script = join(project, 'test/support/hold-target.js');
    const child = spawn(process.execPath, [script, name, spec.distro, mode], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, GITIAN_CACHE: machineStates },
    });
    await once(child.stdout, 'data');
    return child;
  };

  it('works in a folder of any name', async () => {
    await using place = await workspace();
    expect(basename(place.root).startsWith(oddName)).toBe(true);
    const driver = await place.driver();
    await driver.prepare(spec);
    await using target = await driver.start(spec);
    expect((await target.run(['echo', 'up'])).stdout).toBe('up\n');
  });

  it('leaves nothing when it has stopped, and stops twice', async () => {
    await using place = await workspace();
    const driver = await place.driver();
    await driver.prepare(spec);
    const target = await driver.start(spec);
    expect(remains(place.root)).not.toEqual([]);
    expect(existsSync(place.workspace.targetState)).toBe(true);
    await target.run(['sh', '-c', 'trap "" TERM; setsid sleep 1000 >/dev/null 2>&1 &']);
    await target.stop();
    await target.stop();
    await target[Symbol.asyncDispose]();
    expect(remains(place.root)).toEqual([]);
    expect(existsSync(place.workspace.targetState)).toBe(false);
    expect(place.events.filter(({ kind }) => kind !== 'note')).toEqual([]);
  });

  it('forgets everything with prepare, and nothing without', async () => {
    await using place = await workspace();
    const driver = await place.driver();
    expect(await driver.isPrepared(spec)).toBe(false);
    await driver.prepare(spec);
    expect(await driver.isPrepared(spec)).toBe(true);
    const look = async (): Promise<string> => {
      await using target = await driver.start(spec);
      const { stdout } = await target.run(
        ['sh', '-c', 'cat marker 2>&1; rm -f /etc/motd; echo here >marker'],
        { check: false },
      );
      return stdout;
    };
    expect(await look()).toContain('No such file');
    expect(await look()).toBe('here\n');
    await driver.prepare(spec);
    await driver.prepare(spec);
    expect(await look()).toContain('No such file');
    expect(remains(place.root)).toEqual([]);
  });

  it('stops a target that is up before it prepares', async () => {
    await using place = await workspace();
    const driver = await place.driver();
    await driver.prepare(spec);
    const target = await driver.start(spec);
    await target.detach();
    await driver.prepare(spec);
    expect(remains(place.root)).toEqual([]);
    await expect(target.run(['true'])).rejects.toMatchObject({ code: 'target-lost' });
  });

  it('says what is missing, before anything is started', async () => {
    await using place = await workspace();
    const driver = await place.driver();
    const other = { ...spec, suite: 'other' };
    await expect(driver.prepare(other)).rejects.toMatchObject({ code: 'base-image-missing', exitCode: 2 });
    expect(await driver.base(other)).toBeUndefined();
    await expect(driver.start(spec)).rejects.toMatchObject({ code: 'target-not-prepared', exitCode: 2 });
    expect(await driver.attach()).toBeUndefined();
    expect((await driver.base(spec))?.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(remains(place.root)).toEqual([]);
  });

  it('is found by other processes, which leave it up', async () => {
    await using place = await workspace();
    const driver = await place.driver();
    await driver.prepare(spec);
    await using target = await driver.start(spec);
    await target.run(marker);
    {
      await using found = await (await place.driver()).attach();
      expect(found?.spec).toEqual(spec);
      expect((await found?.run(['cat', 'marker']))?.stdout).toBe('here\n');
    }
    await expect((await place.driver()).start(spec)).rejects.toMatchObject({
      code: 'target-running',
      exitCode: 2,
    });
    expect((await target.run(['cat', 'marker'])).stdout).toBe('here\n');
    const found = await (await place.driver()).attach();
    await found?.stop();
    await expect(target.run(['true'])).rejects.toMatchObject({ code: 'target-lost' });
    expect(await (await place.driver()).attach()).toBeUndefined();
    expect(remains(place.root)).toEqual([]);
  });

  it('outlives its process when it was detached, and only then', async () => {
    await using place = await workspace();
    const child = await holder(place.root, 'detach');
    if (child.exitCode === null) await once(child, 'exit');
    const found = await (await place.driver()).attach();
    expect((await found?.run(['echo', 'up']))?.stdout).toBe('up\n');
    await found?.stop();
    expect(remains(place.root)).toEqual([]);
  });

  it.each(['hold', 'starting'] as const)('leaves nothing when its process is killed (%s)', async (mode) => {
    await using place = await workspace();
    const child = await holder(place.root, mode);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until(
      () => remains(place.root),
      (left) => left.length === 0,
    );
    await until(
      () => existsSync(place.workspace.targetState),
      (there) => !there,
    );
    const driver = await place.driver();
    expect(await driver.attach()).toBeUndefined();
    await driver.prepare(spec);
    await using target = await driver.start(spec);
    expect((await target.run(['echo', 'again'])).stdout).toBe('again\n');
  });

  it('takes a state file that a dead process left for what it is', async () => {
    await using place = await workspace();
    const driver = await place.driver();
    await driver.prepare(spec);
    const target = await driver.start(spec);
    const state = await readFile(place.workspace.targetState, 'utf8');
    await target.stop();
    for (const left of [
      state,
      state.replace(/"pid": \d+/, '"pid": 1'),
      state.replace(/"bootId": ".../, '"bootId": "zzz'),
      '{',
      '',
    ]) {
      await writeFile(place.workspace.targetState, left);
      expect(await driver.attach()).toBeUndefined();
      expect(existsSync(place.workspace.targetState)).toBe(false);
    }
  });

  it('is lost, with one sentence, when it dies under a command', async () => {
    await using place = await workspace();
    const driver = await place.driver();
    await driver.prepare(spec);
    await using target = await driver.start(spec);
    const started = new PassThrough();
    const running = target.run(['sh', '-c', 'echo up; sleep 100'], { stdout: started });
    await once(started, 'data');
    const state = JSON.parse(await readFile(place.workspace.targetState, 'utf8')) as {
      details: { init: { pid: number } };
    };
    process.kill(state.details.init.pid, 'SIGKILL');
    await expect(running).rejects.toMatchObject({ code: 'target-lost' });
    await until(
      () => remains(place.root),
      (left) => left.length === 0,
    );
    await expect(target.run(['true'])).rejects.toMatchObject({ code: 'target-lost' });
    await target.stop();
  });

  it('ends all that is under way when the run is interrupted', async () => {
    await using place = await workspace();
    const interruption = new AbortController();
    const driver = await place.driver({}, interruption.signal);
    await driver.prepare(spec);
    const reason = new Error('interrupted');
    {
      await using target = await driver.start(spec);
      const started = new PassThrough();
      const running = target.run(['sh', '-c', 'trap "" INT TERM; echo up; sleep 100 & wait; sleep 100'], {
        stdout: started,
      });
      await once(started, 'data');
      interruption.abort(reason);
      await expect(running).rejects.toBe(reason);
      await expect(target.run(['true'])).rejects.toBe(reason);
    }
    await expect(driver.start(spec)).rejects.toBe(reason);
    expect(remains(place.root)).toEqual([]);
    expect(existsSync(place.workspace.targetState)).toBe(false);
  });

  it('leaves nothing when it is interrupted while it starts, at any moment', async () => {
    await using place = await workspace();
    const uninterrupted = await place.driver();
    await uninterrupted.prepare(spec);
    const begun = performance.now();
    await (await uninterrupted.start(spec)).stop();
    const whole = performance.now() - begun;
    for (let part = 0; part < moments; part++) {
      const moment = (whole * part) / moments;
      await uninterrupted.prepare(spec);
      const interruption = new AbortController();
      const driver = await place.driver({}, interruption.signal);
      const timer = setTimeout(() => {
        interruption.abort(new Error('interrupted'));
      }, moment);
      const target = await driver.start(spec).catch((error: unknown) => {
        expect(error).toMatchObject({ message: 'interrupted' });
      });
      clearTimeout(timer);
      await target?.stop();
      expect([moment, remains(place.root)]).toEqual([moment, []]);
      expect(existsSync(place.workspace.targetState)).toBe(false);
    }
  });

  describe('a start that fails', () => {
    it('says why and leaves nothing', async () => {
      await using place = await workspace();
      const driver = await place.driver();
      const { path } = (await driver.base(spec)) ?? { path: '' };
      await rm(path);
      await writeFile(path, 'this is no file system');
      await driver.prepare(spec);
      await expect(driver.start(spec)).rejects.toMatchObject({
        code: 'target-failed',
        exitCode: 1,
        log: place.workspace.targetLog,
      });
      expect(remains(place.root)).toEqual([]);
      expect(existsSync(place.workspace.targetState)).toBe(false);
    });
  });

  it('has two workspaces up at once, each with what is its own', async () => {
    await using first = await workspace();
    await using second = await workspace();
    const targets = await Promise.all(
      [first, second].map(async (place) => {
        const driver = await place.driver();
        await driver.prepare(spec);
        return driver.start(spec);
      }),
    );
    const outputs = await Promise.all(
      targets.map(async (target, index) => {
        await target.run(['sh', '-c', `echo ${String(index)} >number; sleep 0.5`]);
        await target.run(['sh', '-c', fetch], { user: 'root', stdout: 'ignore' });
        return (await target.run(['cat', 'number'])).stdout;
      }),
    );
    expect(outputs).toEqual(['0\n', '1\n']);
    await targets[0]?.stop();
    expect((await targets[1]?.run(['cat', 'number']))?.stdout).toBe('1\n');
    await targets[1]?.stop();
    expect([...remains(first.root), ...remains(second.root)]).toEqual([]);
  });
});
