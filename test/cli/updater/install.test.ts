import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PackageSpec } from '../../support/updater/publisher.js';
import { runCommand, runProgramBeside } from '../../support/updater/run-command.js';
import { treeOf, updaterWorld } from '../../support/updater/world.js';

const one: PackageSpec = {
  release: '1.0',
  files: { 'bin/hello': 'one', README: 'same', 'old/gone.txt': 'gone' },
};
const two: PackageSpec = {
  release: '1.1',
  files: { 'bin/hello': 'two', README: 'same', 'new/dir/file': 'new' },
};

const world = updaterWorld();

const json = (stdout: string): unknown => JSON.parse(stdout);

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

  it('does nothing when the newest is installed, and installs it again with -f', async () => {
    world.publish(one);
    world.configureUrl();
    await world.update();
    const again = await world.update();
    expect(again).toMatchObject({ exitCode: 2, stdout: '' });
    expect(again.stderr).toContain('the newest release, 1.0, is installed already');
    writeFileSync(join(world.dest, 'README'), 'damaged');
    rmSync(join(world.dest, 'bin'), { recursive: true });
    expect((await world.update('-f')).exitCode).toBe(0);
    expect(world.installed()).toEqual(one.files);
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
    expect(configured.stderr).toContain('this is the package "other", not "hello"');
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

  it('refuses a destination that is not its own', async () => {
    world.publish(one);
    world.configureUrl();
    mkdirSync(world.dest);
    writeFileSync(join(world.dest, 'thesis.txt'), 'precious');
    const refused = await world.update('-f');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('it is not empty and has no .gitian-manifest');
    expect(treeOf(world.dest)).toEqual({ 'thesis.txt': 'precious' });
    rmSync(world.dest, { recursive: true });
    writeFileSync(world.dest, 'a file');
    expect((await world.update()).exitCode).toBe(1);
    expect(world.server.requests).toEqual([]);
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
    expect(refused.stderr).toContain('new/dir/file (not installed by this program)');
    expect(world.installed()).toEqual({ ...one.files, 'new/dir/file': "the user's" });
    expect((await world.update('-f')).exitCode).toBe(0);
    rmSync(join(world.dest, 'new'), { recursive: true });
    mkdirSync(world.at('elsewhere'));
    symlinkSync(world.at('elsewhere'), join(world.dest, 'new'));
    const linked = await world.update('-f');
    expect(linked.exitCode).toBe(1);
    expect(linked.stderr).toContain('new (a link where a folder has to be)');
    expect(readdirSync(world.at('elsewhere'))).toEqual([]);
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
    expect(json(installed.stdout)).toMatchObject({ outcome: 'installed', missing: ['README'] });
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
    expect(json(installed.stdout)).toMatchObject({ unlisted: ['bin/extra'] });
    expect(world.installed()).toEqual(one.files);
  });

  it('checks everything and changes nothing with -n', async () => {
    world.publish(one);
    world.configureUrl();
    const dry = await world.update('-n', '--json');
    expect(dry.exitCode).toBe(0);
    expect(json(dry.stdout)).toMatchObject({
      outcome: 'would-install',
      release: '1.0',
      added: expect.arrayContaining(['README']) as unknown,
    });
    expect(readdirSync(world.folder)).toEqual(['config.yml']);
    world.publish({ ...one, signers: ['alice'] });
    expect((await world.update('--dryrun')).exitCode).toBe(5);
  });

  it('says less with -q, and nothing but failures with -qq', async () => {
    world.serve([...world.publisher.members(one), { name: 'unlisted' }]);
    world.configureUrl();
    const quiet = await world.update('-q');
    expect(quiet.stderr).toMatch(
      /^gitian-updater: warning: "unlisted" .*\ngitian-updater: hello 1\.0 is installed/,
    );
    expect(await world.update('-q', '-q', '-f')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    world.publish({ ...two, signers: ['alice'] });
    const refused = await world.update('-qq');
    expect(refused).toMatchObject({ exitCode: 5 });
    expect(refused.stderr).toMatch(
      /^gitian-updater: the package is not trusted: the signatures weigh 10, and at least 20 is needed\n$/,
    );
  });

  it('prints what happened for programs', async () => {
    world.publish({ ...one, signers: ['bob', 'carol'] });
    world.configureUrl();
    const { stdout } = await world.update('--json', '-qq');
    expect(json(stdout)).toEqual({
      outcome: 'installed',
      exitCode: 0,
      name: 'hello',
      release: '1.0',
      weight: 20,
      minimumWeight: 20,
      signers: ['bob', 'carol']
        .map((name) => ({ name, fingerprint: world.publisher.fingerprint(name), weight: 10 }))
        .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1)),
      unlisted: [],
      missing: [],
      added: [
        'README',
        'bin/hello',
        'gitian/bob-key.pgp',
        'gitian/bob.assert',
        'gitian/bob.assert.sig',
        'gitian/carol-key.pgp',
        'gitian/carol.assert',
        'gitian/carol.assert.sig',
        'old/gone.txt',
      ],
      changed: [],
      removed: [],
    });
  });

  it('runs a program afterwards, without a shell, and only after an installation', async () => {
    world.publish(one);
    world.configureUrl();
    writeFileSync(world.at('after.sh'), 'echo "$GITIAN_DESTINATION $1"; exit 3');
    const installed = await world.update('-p', "sh after.sh 'a; b'", '--json');
    expect(installed.exitCode).toBe(0);
    const [said, data = ''] = installed.stdout.split('\n');
    expect(said).toBe(`${world.dest} a; b`);
    expect(json(data)).toMatchObject({ postExitCode: 3 });
    expect(installed.stderr).toContain('exited with 3; the package is installed');
    expect((await world.update('-p', 'touch ran')).exitCode).toBe(2);
    expect(existsSync(world.at('ran'))).toBe(false);
    expect((await world.update('-p', 'touch a; touch b')).stderr).toContain('no shell is run');
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
      expect(refused.stderr).toContain('bin (not writable)');
      expect(world.installed()).toEqual(one.files);
      chmodSync(join(world.dest, 'bin'), 0o755);
    },
  );
});

describe('gitian-updater --customize', () => {
  it('writes a program that needs no configuration', async () => {
    world.publish(one);
    world.configureUrl();
    expect(await world.update('-m', 'get-hello')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(statSync(world.at('get-hello')).mode & 0o7777).toBe(0o750);
    rmSync(world.at('config.yml'));
    mkdirSync(world.dest);
    // The program may lie in the folder it installs into.
    for (const [index, type] of ['commonjs', 'module'].entries()) {
      writeFileSync(world.at('package.json'), JSON.stringify({ type }));
      const program = index === 0 ? 'dest/get-hello' : 'get-hello';
      if (index === 0) writeFileSync(world.at(program), readFileSync(world.at('get-hello')), { mode: 0o750 });
      const ran = await runProgramBeside(world.at(program), ['-d', 'dest', ...(index === 0 ? [] : ['-f'])], {
        cwd: world.folder,
      });
      expect(ran.stderr).toContain('hello 1.0 is installed');
      expect(ran.exitCode).toBe(0);
    }
    const told = await runProgramBeside(world.at('get-hello'), [], { cwd: world.folder });
    expect(told).toMatchObject({ exitCode: 2 });
    expect(told.stderr).toContain('-d/--dest is needed');
  });

  it('refuses a configuration that is wrong', async () => {
    writeFileSync(world.at('config.yml'), 'signers: {}\n');
    expect(await world.update('-m', 'get-hello')).toMatchObject({ exitCode: 2 });
    expect(readdirSync(world.folder)).toEqual(['config.yml']);
  });
});

describe('wrong usage', () => {
  it.each([
    [['-d', 'dest'], '-c/--config is needed'],
    [['-c', 'config.yml'], '-d/--dest is needed'],
    [['-c', 'nothing.yml', '-d', 'dest'], '"nothing.yml" can\'t be read: there is no such file'],
    [['-c', 'config.yml', '-d', 'dest', '-u', 'hello.zip'], 'the url "hello.zip" is not usable'],
    [['-c', 'config.yml', '-d', 'dest', '-u', 'ftp://example.org/x'], 'neither https, http nor file'],
    [['-c', 'config.yml', '-d', 'dest', '-w', 'long'], 'it must be a number of at least 0'],
    [['-c', 'config.yml', '-d', 'dest', '--timeout', '0'], 'it must be a number above 0'],
    [['-c', 'config.yml', '-d', 'dest', '--nonsense'], 'unknown option'],
    [['-c', 'config.yml', '-d', 'no/parent/dest'], "can't be used"],
  ])('%j', async (args, words) => {
    world.configureUrl();
    const outcome = await runCommand('gitian-updater', args, { cwd: world.folder });
    expect(outcome.stderr).toContain(words);
    expect(outcome.exitCode).toBe(2);
    expect(readdirSync(world.folder)).toEqual(['config.yml']);
  });

  it('says all that is wrong with a configuration', async () => {
    writeFileSync(
      world.at('config.yml'),
      'urls:\n- url: nowhere\nsigners:\n  ABCDEF:\n    weight: "40"\n    key: ../x\nminimum_weight: -1\nextra: 1\n',
    );
    const { stderr, exitCode } = await world.update();
    expect(exitCode).toBe(2);
    expect(stderr.split('\n').slice(0, -1)).toEqual([
      'gitian-updater: config.yml has 5 problems',
      'config.yml:2:8: urls[0].url "nowhere" is not a URL; for a file write file:///the/path',
      'config.yml:4:3: signers: "ABCDEF" must be a whole fingerprint: 40 hexadecimal digits',
      'config.yml:5:13: signers.ABCDEF.weight must be a whole number of at least 1, not the text "40"',
      'config.yml:6:10: signers.ABCDEF.key must be a file name without "-key.pgp", not the text "../x"',
      'config.yml:7:17: minimum_weight must be a whole number of at least 1, not -1',
    ]);
  });
});
