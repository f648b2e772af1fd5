import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { executable } from '../../support/commands.js';
import { one, signedReleases } from '../../support/workspaces/signed-releases.js';

const here = signedReleases();

describe('gverify --keys', () => {
  it('reads folders of keys in any form, and names and skips broken ones', () => {
    const folder = join(here.repository.path, 'keys/sub');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${here.key('alice')}.asc`), here.home.gpg(['--armor', '--export', 'alice']));
    writeFileSync(join(folder, 'bob-key.pgp'), here.home.export('bob'));
    writeFileSync(join(folder, '../carol'), here.home.export('carol'));
    writeFileSync(join(folder, 'broken.asc'), 'rubbish');
    writeFileSync(join(folder, 'cut.gpg'), here.home.export('alice').subarray(0, 60));
    writeFileSync(join(folder, 'secret.asc'), here.home.exportSecret('alice'));
    writeFileSync(join(folder, '../keys.txt'), 'a list of keys');
    for (const signer of ['alice', 'bob', 'carol']) here.repository.sign(signer, one);
    const { exitCode, stdout, stderr } = here.repository.gverify('-r', '1.0', '--keys', 'keys', 'hello.yml');
    expect(stdout).toBe('alice: OK\nbob: OK\ncarol: OK\n');
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/the key file ".*broken\.asc" is skipped: it is not OpenPGP data\n/);
    expect(stderr).toMatch(/the key file ".*cut\.gpg" is skipped: it ends in the middle of a packet\n/);
    expect(stderr).toMatch(/the key file ".*secret\.asc" is skipped: it holds a secret key/);
    expect(stderr).not.toContain('keys.txt');
  });

  it('may be repeated, and names keys that are not at hand', () => {
    writeFileSync(join(here.repository.path, 'a'), here.home.export('alice'));
    writeFileSync(join(here.repository.path, 'b'), here.home.export('bob'));
    for (const signer of ['alice', 'bob', 'carol']) here.repository.sign(signer, one);
    const { exitCode, stdout, stderr } = here.repository.gverify(
      '-r',
      '1.0',
      '--keys',
      'a',
      '--keys',
      'b',
      'hello.yml',
    );
    const carol = here.key('carol');
    expect(stdout).toBe(`alice: OK\nbob: OK\ncarol: BAD SIGNATURE (key unknown: ${carol})\n`);
    expect(stderr).toBe(
      `gverify: warning: these keys are not at hand: ${carol}\n` +
        'hint: give a file or a folder that has them with another --keys\n' +
        'not verified: 2 signers with 2 keys agree; 1 of 3 signers failed\n',
    );
    expect(exitCode).toBe(1);
  });
});

describe("gverify with GnuPG's keyring", () => {
  const gverify = (home: string): string =>
    spawnSync(executable('gverify'), ['-r', '1.0', 'hello.yml'], {
      cwd: here.repository.path,
      encoding: 'utf8',
      env: { ...here.home.env, GNUPGHOME: join(here.repository.path, home) },
    }).stderr;
  const missing = (): string =>
    `gverify: warning: these keys are not at hand: ${here.key('alice')}\nhint: gpg --import FILE, or --keys FOLDER\n`;

  it('says how to get keys that are not in it', () => {
    here.repository.sign('alice', one);
    mkdirSync(join(here.repository.path, 'home'), { mode: 0o700 });
    expect(gverify('home')).toBe(`${missing()}not verified: nobody has a good signature here\n`);
  });

  it('says why GnuPG finds none', () => {
    here.repository.sign('alice', one);
    expect(gverify('hello.yml')).toMatch(
      /^gverify: warning: GnuPG can't look into its keyring: keyblock resource '.*': Not a directory\n/,
    );
    expect(gverify('hello.yml')).toContain(`\n${missing()}`);
  });
});
