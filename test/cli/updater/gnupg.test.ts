import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { executable, runProgram } from '../../support/commands.js';
import { SigningWorkspace } from '../../support/workspaces/signing-workspace.js';
import { updaterWorld } from '../../support/updater/world.js';

const world = updaterWorld();

describe('gitian-updater -g', () => {
  it('checks signatures with GnuPG, and agrees with the engine in this process', async () => {
    world.publish({ release: '1.0', files: { hello: 'hello' }, signers: ['alice', 'bob'] });
    world.configureUrl();
    expect((await world.update('-g', 'gpg')).exitCode).toBe(0);
    world.publish({ release: '1.1', files: { hello: 'hello' }, signers: ['alice'] });
    expect((await world.update('-g', 'gpg')).exitCode).toBe(5);
    expect(world.installed()).toEqual({ hello: 'hello' });
  });

  it('says that there is no such program', async () => {
    world.publish({ release: '1.0', files: { hello: 'hello' } });
    world.configureUrl();
    const { exitCode, stderr } = await world.update('-g', '/no/such/gpg');
    expect(stderr).toContain('/no/such/gpg');
    expect(exitCode).toBe(2);
  });
});

const hasZip = spawnSync('zip', ['-v'], { stdio: 'ignore' }).status === 0;

describe.skipIf(!hasZip)('a package that gsign and zip made (needs zip)', () => {
  it('is installed', async () => {
    using workspace = new SigningWorkspace();
    const descriptor = workspace.result('hello', { 'bin/hello': 'hello\n', README: 'read\n' });
    const { home } = world.publisher;
    mkdirSync(world.at('package/gitian'), { recursive: true });
    mkdirSync(world.at('package/bin'));
    writeFileSync(world.at('package/bin/hello'), 'hello\n', { mode: 0o755 });
    writeFileSync(world.at('package/README'), 'read\n');
    for (const who of ['alice', 'bob']) {
      const args = ['-s', world.publisher.fingerprint(who), '-r', '1.0', descriptor];
      expect(runProgram(executable('gsign'), args, { cwd: workspace.path, env: home.env }).exitCode).toBe(0);
      const made = `${workspace.path}/sigs/hello/1.0/${world.publisher.fingerprint(who)}/hello-build.assert`;
      cpSync(made, world.at(`package/gitian/${who}.assert`));
      cpSync(`${made}.sig`, world.at(`package/gitian/${who}.assert.sig`));
      writeFileSync(world.at(`package/gitian/${who}-key.pgp`), home.export(world.publisher.fingerprint(who)));
    }
    execFileSync('zip', ['-qr', '../hello.zip', '.'], { cwd: world.at('package') });
    expect(
      runProgram(executable('canon-zip'), ['2020-01-01', 'hello.zip', 'hello.zip'], { cwd: world.folder })
        .exitCode,
    ).toBe(0);
    world.configureUrl();
    const { exitCode, stderr } = await world.update('-u', pathToFileURL(world.at('hello.zip')).href);
    expect(stderr).toContain('hello 1.0 is installed');
    expect(exitCode).toBe(0);
    expect(world.installed()).toEqual({ 'bin/hello': 'hello\n', README: 'read\n' });
  });
});
