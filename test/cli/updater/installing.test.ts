import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { one, two } from '../../support/updater/releases.js';
import { updaterWorld } from '../../support/updater/world.js';

const world = updaterWorld();

describe('gitian-updater', () => {
  it('installs, updates, and removes what is gone', async () => {
    world.publish(one);
    world.configureUrl();
    const first = await world.update();
    expect(first.stderr).toContain('hello 1.0 is installed in "dest": 12 files added, 0 changed, 0 removed');
    expect(first).toMatchObject({ exitCode: 0, stdout: '' });
    expect(world.installed()).toEqual(one.files);
    writeFileSync(join(world.dest, 'mine.txt'), 'mine');
    world.publish(two);
    const second = await world.update();
    expect(second.stderr).toMatch(/^signed by alice, weight 10$/m);
    expect(second.exitCode).toBe(0);
    expect(world.installed()).toEqual({ ...two.files, 'mine.txt': 'mine' });
    expect(readFileSync(join(world.dest, '.gitian-manifest'), 'utf8')).toContain('release: "1.1"');
    expect(readdirSync(world.dest).sort()).toEqual([
      '.gitian-manifest',
      'README',
      'bin',
      'gitian',
      'mine.txt',
      'new',
    ]);
    expect(readdirSync(world.folder).sort()).toEqual(['config.yml', 'dest']);
  });

  it('keeps the evidence with which anybody can check the installation', async () => {
    world.publish({ ...one, signers: ['alice', 'bob'] });
    world.configureUrl();
    await world.update();
    expect(readdirSync(join(world.dest, 'gitian')).sort()).toEqual([
      'alice-key.pgp',
      'alice.assert',
      'alice.assert.sig',
      'bob-key.pgp',
      'bob.assert',
      'bob.assert.sig',
    ]);
    world.publisher.home.gpg([
      '--verify',
      join(world.dest, 'gitian/bob.assert.sig'),
      join(world.dest, 'gitian/bob.assert'),
    ]);
  });

  it('installs evidence that is an output too, once', async () => {
    const key = world.publisher.home.export(world.publisher.fingerprint('alice'));
    const path = 'gitian/alice-key.pgp';
    // It is in the package once, as evidence.
    world.publish({ ...one, files: { ...one.files, [path]: key }, leftOut: [path] });
    world.configureUrl();
    expect((await world.update('-n')).exitCode).toBe(0);
    expect((await world.update()).stderr).toContain('hello 1.0 is installed in "dest": 12 files added');
    expect(readFileSync(join(world.dest, path))).toEqual(key);
  });

  it('makes files executable that are in the package, and no more than that', async () => {
    const members = world.publisher
      .members(one)
      .map((member) =>
        member.name === 'bin/hello' ? { ...member, mode: 0o106755 } : { ...member, mode: 0o100666 },
      );
    world.serve(members);
    world.configureUrl();
    expect((await world.update()).exitCode).toBe(0);
    const mask = 0o777 & ~Number.parseInt(execFileSync('sh', ['-c', 'umask'], { encoding: 'utf8' }), 8);
    expect(statSync(join(world.dest, 'bin/hello')).mode & 0o7777).toBe(mask);
    expect(statSync(join(world.dest, 'README')).mode & 0o7777).toBe(mask & 0o666);
  });

  it('installs into a folder that is empty, and into one behind a link', async () => {
    world.publish(one);
    world.configureUrl();
    mkdirSync(world.at('real'));
    symlinkSync('real', world.dest);
    expect((await world.update()).exitCode).toBe(0);
    expect(world.installed()).toEqual(one.files);
    expect(readdirSync(world.at('real'))).not.toContain('.gitian-update');
  });

  it('installs into a folder whose name is as long as any', async () => {
    world.publish(one);
    world.configureUrl();
    const name = 'n'.repeat(255);
    expect(await world.update('-d', name)).toMatchObject({ exitCode: 0 });
    expect(readdirSync(world.folder).sort()).toEqual(['config.yml', name]);
  });

  it('replaces a file by a folder and a folder by a file', async () => {
    world.publish({ release: '1', files: { thing: 'file', 'other/a': 'a', 'other/b/c': 'c' } });
    world.configureUrl();
    await world.update();
    const next = { 'thing/inside': 'now a folder', other: 'now a file' };
    world.publish({ release: '2', files: next });
    expect((await world.update()).exitCode).toBe(0);
    expect(world.installed()).toEqual(next);
  });

  it('misses optional files only', async () => {
    const spec = { ...one, optionals: ['README'], leftOut: ['README'] };
    world.publish(spec);
    world.configureUrl();
    const installed = await world.update('--json');
    expect(installed.exitCode).toBe(0);
    expect(JSON.parse(installed.stdout)).toMatchObject({ outcome: 'installed', missing: ['README'] });
    world.publish({ ...two, optionals: ['README'], leftOut: ['bin/hello'] });
    const refused = await world.update();
    expect(refused.exitCode).toBe(5);
    expect(refused.stderr).toContain('the file "bin/hello" is missing');
  });

  it('reports files that nobody signed, and leaves them out', async () => {
    world.serve([...world.publisher.members(one), { name: 'bin/extra', data: 'evil' }]);
    world.configureUrl();
    const installed = await world.update('--json');
    expect(installed.exitCode).toBe(0);
    expect(installed.stderr).toContain('"bin/extra" is in no manifest, and left out');
    expect(JSON.parse(installed.stdout)).toMatchObject({ unlisted: ['bin/extra'] });
    expect(world.installed()).toEqual(one.files);
  });

  it('reads a manifest that the original wrote', async () => {
    mkdirSync(world.dest);
    writeFileSync(
      join(world.dest, '.gitian-manifest'),
      "name: hello\noptionals: []\nrelease: '0.9'\nsums: {README: 0000000000000000000000000000000000000000000000000000000000000001, stale: 'abc'}\n",
    );
    writeFileSync(join(world.dest, 'stale'), 'old');
    writeFileSync(join(world.dest, 'README'), 'old');
    world.publish(one);
    world.configureUrl();
    expect((await world.update()).exitCode).toBe(0);
    expect(world.installed()).toEqual(one.files);
  });
});
