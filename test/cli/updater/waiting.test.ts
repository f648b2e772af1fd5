import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PackageSpec } from '../../support/updater/publisher.js';
import { updaterWorld } from '../../support/updater/world.js';

const one: PackageSpec = { release: '1.0', files: { 'bin/hello': 'one', README: 'same' } };
const two: PackageSpec = { release: '1.1', files: { 'bin/hello': 'two', README: 'same' } };
const three: PackageSpec = { release: '1.2', files: { 'bin/hello': 'three' } };

const world = updaterWorld();
beforeEach(async () => {
  world.publish(one);
  world.configureUrl('/hello.zip', 'waiting_period: 24');
  await world.update('-w', '0');
  world.publish(two);
});

/** Lets the package in the destination have waited for so many hours. */
function pass(hours: number): void {
  const path = join(world.dest, '.gitian-waiting');
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace(
      /time: (\d+)/,
      (_, time) => `time: ${String(Number(time) - hours * 3600)}`,
    ),
  );
}

describe('a waiting period', () => {
  it('keeps a package in the destination until its time has come', async () => {
    const begun = await world.update('--json');
    expect(begun.exitCode).toBe(100);
    expect(JSON.parse(begun.stdout)).toMatchObject({ outcome: 'waiting', release: '1.1', begun: true });
    expect(begun.stderr).toContain('release 1.1 is in good order and waits for another 24.00 hours');
    expect(world.installed()).toMatchObject(one.files);
    pass(23);
    world.server.requests.length = 0;
    const waiting = await world.update();
    expect(waiting).toMatchObject({ exitCode: 100, stdout: '' });
    expect(waiting.stderr).toMatch(/waits for another (?:1\.00|0\.99) hours/);
    expect(world.server.requests).toEqual([]);
    pass(2);
    expect((await world.update('-n')).exitCode).toBe(0);
    expect(world.installed()).toMatchObject(one.files);
    // What was checked is installed, whatever is published since.
    world.publish(three);
    expect((await world.update()).exitCode).toBe(0);
    expect(world.installed()).toEqual(two.files);
    expect(readdirSync(world.dest).sort()).toEqual(['.gitian-manifest', 'README', 'bin', 'gitian']);
    expect(world.server.requests).toEqual([]);
    expect((await world.update()).exitCode).toBe(100);
  });

  it('holds for a first installation too', async () => {
    world.clean();
    world.fresh();
    world.configureUrl();
    expect((await world.update('-w', '0.5')).exitCode).toBe(100);
    expect(readdirSync(world.dest).sort()).toEqual(['.gitian-waiting', '.gitian-waiting.zip']);
    expect((await world.update('-w', '0.5')).exitCode).toBe(100);
    pass(0.6);
    expect((await world.update('-w', '0.5')).exitCode).toBe(0);
    expect(world.installed()).toEqual(two.files);
    expect(readdirSync(world.folder).sort()).toEqual(['config.yml', 'dest']);
  });

  it('is checked again at its end', async () => {
    await world.update();
    pass(25);
    const path = join(world.dest, '.gitian-waiting.zip');
    world.publisher.publish(path, { ...three, signers: ['carol'] });
    const refused = await world.update();
    expect(refused.exitCode).toBe(5);
    expect(refused.stderr).toContain('not trusted');
    expect(world.installed()).toEqual(one.files);
    expect(existsSync(path)).toBe(false);
  });

  it('holds against a signer who is no longer trusted at its end', async () => {
    world.publish({ ...two, signers: ['alice', 'bob'] });
    await world.update();
    pass(25);
    const config = readFileSync(world.at('config.yml'), 'utf8');
    writeFileSync(
      world.at('config.yml'),
      config.replace(/ {2}[0-9A-F]{40}:\n {4}weight: 10\n {4}name: bob\n {4}key: bob\n/, ''),
    );
    expect((await world.update()).exitCode).toBe(5);
    expect(world.installed()).toEqual(one.files);
  });

  it('is over with -w 0, which installs the newest', async () => {
    await world.update();
    world.publish(three);
    expect((await world.update('-w', '0')).exitCode).toBe(0);
    expect(world.installed()).toEqual(three.files);
    expect(readdirSync(world.dest)).not.toContain('.gitian-waiting');
  });

  it('begins again when its state is lost or broken', async () => {
    await world.update();
    writeFileSync(join(world.dest, '.gitian-waiting'), 'time: [');
    expect((await world.update()).exitCode).toBe(100);
    pass(-1000);
    // The clock was wrong: the time that is left never exceeds the period.
    expect((await world.update()).stderr).toContain('waits for another 24.00 hours');
  });

  it.each(['.nan', '99999999999999'])('is no longer than it may be where its state says %s', async (time) => {
    await world.update();
    writeFileSync(join(world.dest, '.gitian-waiting'), `release: "1.1"\ntime: ${time}\n`);
    const { exitCode, stdout, stderr } = await world.update('-w', '100000', '--json');
    expect(stderr).toMatch(/waits for another (?:100000\.00|99999\.99) hours/);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'waiting', release: '1.1' });
    expect(exitCode).toBe(100);
  });

  it('runs nothing before the installation', async () => {
    expect((await world.update('-p', 'touch ran')).exitCode).toBe(100);
    expect(existsSync(world.at('ran'))).toBe(false);
    pass(25);
    expect((await world.update('-p', 'touch ran')).exitCode).toBe(0);
    expect(existsSync(world.at('ran'))).toBe(true);
  });
});
