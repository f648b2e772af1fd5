import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { executable, project } from '../../support/commands.js';
import { one, other, signedReleases } from '../../support/workspaces/signed-releases.js';

const here = signedReleases();

describe('gverify of a repository whose committers mean harm', () => {
  it('goes on beside signatures that name their key at length', () => {
    here.repository.sign('alice', one);
    for (let index = 0; index < 40; index++) {
      const signer = `m${String(index).padStart(2, '0')}`;
      here.repository.write(signer, 'x');
      writeFileSync(`${here.repository.assertion(signer)}.sig`, signatureNaming(Buffer.alloc(60_000, index)));
    }
    const { exitCode, stdout } = here.bothEngines('-r', '1.0', '--threshold', '1', 'hello.yml');
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      'alice: OK',
      "m00: BAD SIGNATURE (the signature can't be read: its signature is damaged)",
    ]);
    expect(stdout.match(/its signature is damaged/g)).toHaveLength(40);
    expect(exitCode).toBe(0);
  });

  it.each([
    ['rubbish', ['--all'], Buffer.from('rubbish')],
    ['rubbish', ['--all', '--since', '2020-01-01'], Buffer.from('rubbish')],
    ['a signature by nobody', ['--all', '--keys', 'keys'], signatureNaming(Buffer.alloc(20))],
    ['a signature by nobody', ['--all'], signatureNaming(Buffer.alloc(20))],
  ])('does not hold what lies under %s in memory at once: %j', (_, args, signature) => {
    here.repository.sign('alice', one);
    writeFileSync(join(here.repository.path, 'keys'), here.home.export('alice'));
    for (let index = 0; index < 32; index++) {
      const signer = `m${String(index)}`;
      here.repository.write(signer, '');
      truncateSync(here.repository.assertion(signer), 16 << 20);
      writeFileSync(`${here.repository.assertion(signer)}.sig`, signature);
    }
    const peak = join(here.repository.path, 'peak');
    const { stdout } = spawnSync(executable('gverify'), args, {
      cwd: here.repository.path,
      encoding: 'utf8',
      env: {
        ...here.home.env,
        NODE_OPTIONS: `--require=${join(project, 'bench/peak-memory.cjs')}`,
        BENCH_PEAK_FILE: peak,
      },
    });
    expect(stdout).toMatch(/ 33 +1 +1 +32 BAD SIGNATURE\n$/);
    expect(Number(readFileSync(peak, 'utf8')) >> 10).toBeLessThan(400);
  });

  const lie = '\nverified: 9 signers with 9 keys agree';
  const lines = (text: string): readonly string[] => text.split('\n').slice(0, -1);

  it.each([
    ['signer', ['-r', '1.0', '--threshold', '1', 'hello.yml'], /^not verified: .*: bob\\x0averified: 9/],
    [
      'release',
      ['-r', '7', 'hello.yml'],
      /^gverify: there is no release "sigs\/hello\/7"\nhint: .*\\x0averified/,
    ],
    ['release', ['--all', '-r', 'nosuch'], /^gverify: nothing here fits .*"hello\/9\\x0averified: 9/],
  ])('says no lines of its own in the name of a %s: %j', (_, args, words) => {
    here.repository.sign('alice', one);
    here.repository.sign(`bob${lie}`, other, { key: 'bob' });
    here.repository.sign('alice', one, { release: `9${lie}` });
    const { stderr } = here.bothEngines(...args);
    expect(stderr).toMatch(words);
    expect(lines(stderr).filter((line) => line.startsWith('verified'))).toEqual([]);
  });

  it('says no lines of its own in the name of a key file', () => {
    const keys = join(here.repository.path, 'keys');
    mkdirSync(keys);
    writeFileSync(join(keys, 'alice.asc'), here.home.export('alice'));
    writeFileSync(join(keys, 'x\ngverify: all is verified.asc'), 'rubbish');
    here.repository.sign('alice', one);
    const { stderr } = here.repository.gverify('--keys', 'keys', '-r', '1.0', 'hello.yml');
    expect(lines(stderr)).toEqual([
      expect.stringMatching(/^gverify: warning: the key file ".*x\\x0agverify: all is verified\.asc" is/),
      'verified: 1 signer with 1 key agrees',
    ]);
  });

  it('hints at nothing that a shell would run for the name of a release', () => {
    here.repository.sign('alice', one, { release: '$(touch x); touch y' });
    expect(here.bothEngines('-r', '7', 'hello.yml').stderr).toContain(
      "hint: gverify --release '$(touch x); touch y', for example; there is",
    );
    mkdirSync(join(here.repository.path, 'sigs/hello/a'));
    expect(here.bothEngines('-d', 'sigs', '-r', '7', 'hello.yml').stderr).toContain(
      "hint: gverify --destination sigs/hello --release '$(touch x); touch y', for",
    );
  });
});

/** A signature of version 4 by Ed25519, with these bytes for the fingerprint of its key. */
function signatureNaming(fingerprint: Uint8Array): Uint8Array {
  const issuer = Buffer.concat([Uint8Array.of(255, 0, 0, 0, 0, 33, 4), fingerprint]);
  issuer.writeUInt32BE(fingerprint.length + 2, 1);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(issuer.length);
  const number = Buffer.concat([Uint8Array.of(1, 0), Buffer.alloc(32, 1)]);
  const body = Buffer.concat([
    Uint8Array.of(4, 0, 22, 10, 0, 6, 5, 2, 0x65, 0, 0, 0),
    ...[length, issuer, Uint8Array.of(1, 2), number, number],
  ]);
  const header = Uint8Array.of(0xc2, 255, 0, 0, 0, 0);
  Buffer.from(header.buffer).writeUInt32BE(body.length, 2);
  return Buffer.concat([header, body]);
}
