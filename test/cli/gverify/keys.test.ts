import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { one, signedReleases } from '../../support/signed-releases.js';

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
    expect(stderr).toContain(`not at hand: ${carol}\n`);
    expect(exitCode).toBe(1);
  });
});
