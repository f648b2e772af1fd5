import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { one, two } from '../../support/updater/releases.js';
import { updaterWorld } from '../../support/updater/world.js';

const world = updaterWorld();

describe('gitian-updater', () => {
  it('checks everything and changes nothing with -n', async () => {
    world.publish(one);
    world.configureUrl();
    const dry = await world.update('-n', '--json');
    expect(dry.exitCode).toBe(0);
    expect(JSON.parse(dry.stdout)).toMatchObject({
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
      /^gitian-updater: the package is not trusted: the signatures weigh 10, and at least 20 is needed\nhint: nothing was installed: .*\n$/,
    );
  });

  it('prints what happened for programs', async () => {
    world.publish({ ...one, signers: ['bob', 'carol'] });
    world.configureUrl();
    const { stdout } = await world.update('--json', '-qq');
    expect(JSON.parse(stdout)).toEqual({
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
    expect(installed.stderr).toContain(`\n${world.dest} a; b\n`);
    expect(JSON.parse(installed.stdout)).toMatchObject({ postExitCode: 3 });
    expect(installed.stderr).toContain('exited with 3; the package is installed');
    expect((await world.update('-p', 'touch ran')).exitCode).toBe(2);
    expect(existsSync(world.at('ran'))).toBe(false);
    expect((await world.update('-p', 'touch a; touch b')).stderr).toContain('no shell is run');
  });

  it('leaves its words on stdout without --json', async () => {
    world.publish(one);
    world.configureUrl();
    expect(await world.update('-p', 'echo done', '-qq')).toEqual({
      exitCode: 0,
      stdout: 'done\n',
      stderr: '',
    });
  });

  it('looks for that program before it downloads anything', async () => {
    world.publish(one);
    world.configureUrl();
    const refused = await world.update('-p', 'no-such-program x', '--json');
    expect(refused).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        'gitian-updater: "no-such-program" is not installed\n' +
        'hint: install what has it, or add the folder in which it is to $PATH\n',
    });
    expect(world.server.requests).toEqual([]);
  });

  it('may run what the package should have brought, and warns where it did not', async () => {
    world.publish(one);
    world.configureUrl();
    const installed = await world.update('-p', 'dest/bin/nothing', '--json');
    expect(installed.exitCode).toBe(0);
    expect(installed.stderr).toContain('"dest/bin/nothing" is not installed; the package is installed');
    expect(JSON.parse(installed.stdout)).toMatchObject({ outcome: 'installed', postExitCode: 127 });
  });
});
