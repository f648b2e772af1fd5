import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { one, two } from '../../support/updater/releases.js';
import { filesIn, updaterWorld } from '../../support/updater/world.js';

const world = updaterWorld();

describe('gitian-updater, where something is there already,', () => {
  it('does nothing when the newest is installed, and installs it again with -f', async () => {
    world.publish(one);
    world.configureUrl();
    await world.update();
    const again = await world.update();
    expect(again).toMatchObject({ exitCode: 2, stdout: '' });
    expect(again.stderr).toContain('the newest release, 1.0, is installed already');
    writeFileSync(join(world.dest, 'README'), 'damaged');
    rmSync(join(world.dest, 'bin'), { recursive: true });
    const mended = await world.update('-f');
    expect(mended.exitCode).toBe(0);
    expect(mended.stderr).toMatch(/hello 1\.0 is installed in "dest": all of its \d+ files anew\n/);
    expect(world.installed()).toEqual(one.files);
  });

  it('refuses a place where no folder can be made', async () => {
    world.publish(one);
    world.configureUrl();
    const refused = await world.update('-d', '/proc/x');
    expect(refused.stderr).toBe(
      `gitian-updater: the destination "/proc/x" can't be used: no folder can be made there\nhint: move away what is in the way, or choose another place\n`,
    );
    expect(refused.exitCode).toBe(2);
  });

  it("doesn't download what a version file says is installed", async () => {
    world.publish(one);
    world.server.put('/version', '1.0\n');
    world.configure([
      'urls:',
      `- url: ${world.server.url('/hello.zip')}`,
      `  version_url: ${world.server.url('/version')}`,
    ]);
    await world.update();
    world.server.requests.length = 0;
    expect((await world.update()).exitCode).toBe(2);
    expect(world.server.requests.map(({ url }) => url)).toEqual(['/version']);
    world.publish(two);
    world.server.put('/version', '1.1');
    expect((await world.update()).exitCode).toBe(0);
    expect(world.installed()).toEqual(two.files);
  });

  it('refuses a downgrade, and does it with -f', async () => {
    world.publish({ ...one, release: '1.10' });
    world.configureUrl();
    await world.update();
    world.publish({ ...two, release: '1.9' });
    const refused = await world.update();
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain('this would be a downgrade, from release 1.10 to 1.9');
    expect(world.installed()).toEqual(one.files);
    expect((await world.update('--force')).exitCode).toBe(0);
    expect(world.installed()).toEqual(two.files);
  });

  it('refuses another package than the one installed, and than the one configured', async () => {
    world.publish({ ...one, name: 'other' });
    world.configureUrl();
    const configured = await world.update();
    expect(configured.exitCode).toBe(3);
    expect(configured.stderr).toContain(
      'this is the package "other", not "hello"\nhint: look for an address of "hello"',
    );
    expect(existsSync(world.dest)).toBe(false);
    writeFileSync(
      world.at('config.yml'),
      readFileSync(world.at('config.yml'), 'utf8').replace('name: hello\n', ''),
    );
    expect((await world.update()).exitCode).toBe(0);
    world.publish({ ...two });
    expect((await world.update('-f')).exitCode).toBe(3);
    expect(world.installed()).toEqual(one.files);
  });

  it.each(['1.0', '1.1', '0.9', undefined])(
    'asks nobody where the destination holds another package than the one configured (version file: %s)',
    async (said) => {
      world.publish(one);
      world.configureUrl();
      await world.update();
      if (said !== undefined) world.server.put('/version', said);
      const lines = [`- url: ${world.server.url('/hello.zip')}`];
      if (said !== undefined) lines.push(`  version_url: ${world.server.url('/version')}`);
      world.configure(['urls:', ...lines]);
      const config = readFileSync(world.at('config.yml'), 'utf8');
      writeFileSync(world.at('config.yml'), config.replace('name: hello\n', 'name: hullo\n'));
      world.server.requests.length = 0;
      const refused = await world.update('--json');
      expect(refused.stderr).toBe(
        'gitian-updater: the package "hello" is installed in "dest", and the configuration is for "hullo"\n' +
          'hint: name another folder with --dest, or take the configuration of "hello"\n',
      );
      expect(refused.exitCode).toBe(3);
      expect(JSON.parse(refused.stdout)).toEqual({
        outcome: 'other-package',
        exitCode: 3,
        expected: 'hullo',
        found: 'hello',
      });
      expect(world.server.requests).toEqual([]);
      expect((await world.update('-f')).exitCode).toBe(3);
      expect(world.installed()).toEqual(one.files);
    },
  );

  it('refuses a destination that is not its own', async () => {
    world.publish(one);
    world.configureUrl();
    mkdirSync(world.dest);
    writeFileSync(join(world.dest, 'thesis.txt'), 'precious');
    const refused = await world.update('-f');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('it is not empty and has no .gitian-manifest\n');
    expect(refused.stderr).toContain('hint: name another folder with --dest, an empty one or a new one\n');
    expect(filesIn(world.dest)).toEqual({ 'thesis.txt': 'precious' });
    rmSync(world.dest, { recursive: true });
    writeFileSync(world.dest, 'a file');
    const noFolder = await world.update();
    expect(noFolder.exitCode).toBe(1);
    expect(noFolder.stderr).toMatch(/it is not a folder\nhint: name a folder with --dest\n/);
    expect(world.server.requests).toEqual([]);
  });

  it("says what to do about a manifest that it can't read, and loses no files", async () => {
    world.publish(one);
    world.configureUrl();
    await world.update();
    writeFileSync(join(world.dest, '.gitian-manifest'), 'nonsense');
    const refused = await world.update('-f');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(
      /its \.gitian-manifest can't be used: .*\nhint: restore that file, or install into another folder with --dest and take your own files there\n/,
    );
    expect(world.installed()).toEqual(one.files);
  });

  it("doesn't write over files of the user's, or through their links, unless it is told to", async () => {
    world.publish(one);
    world.configureUrl();
    await world.update();
    mkdirSync(join(world.dest, 'new'));
    mkdirSync(join(world.dest, 'new/dir'));
    writeFileSync(join(world.dest, 'new/dir/file'), "the user's");
    world.publish(two);
    const refused = await world.update();
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(
      'new/dir/file (not installed by this program)\n' +
        'hint: move these files away, or have them written over with --force\n',
    );
    expect(world.installed()).toEqual({ ...one.files, 'new/dir/file': "the user's" });
    expect((await world.update('-f')).exitCode).toBe(0);
    rmSync(join(world.dest, 'new'), { recursive: true });
    mkdirSync(world.at('elsewhere'));
    symlinkSync(world.at('elsewhere'), join(world.dest, 'new'));
    const linked = await world.update('-f');
    expect(linked.exitCode).toBe(1);
    expect(linked.stderr).toContain(
      'new (a link where a folder has to be)\nhint: move away what is named, --force leaves it too\n',
    );
    expect(readdirSync(world.at('elsewhere'))).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)(
    'refuses a folder that it may not change (needs another user than root)',
    async () => {
      world.publish(one);
      world.configureUrl();
      await world.update();
      chmodSync(join(world.dest, 'bin'), 0o555);
      world.publish(two);
      const refused = await world.update();
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toContain(
        'bin (not writable)\nhint: see whose it is, and who may write there: ls -ld\n',
      );
      expect(world.installed()).toEqual(one.files);
      chmodSync(join(world.dest, 'bin'), 0o755);
    },
  );
});
