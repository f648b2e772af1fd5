import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { one, signedReleases } from '../../support/workspaces/signed-releases.js';

const here = signedReleases();

describe('gverify with another program', () => {
  const program = (lines: string): string => {
    const path = join(here.repository.path, 'check');
    writeFileSync(path, `#!/bin/sh\n${lines}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  it('calls it as the original does, with the bytes that were read', () => {
    here.repository.sign('alice', one);
    const record = join(here.repository.path, 'record');
    const words = `${program(`printf '%s\\n' "$@" >${record}; cat "$7" >>${record}`)} --opt 'a b'`;
    const { exitCode, stdout } = here.repository.gverify('-r', '1.0', '-p', words, 'hello.yml');
    expect([exitCode, stdout]).toEqual([0, 'alice: OK\n']);
    const [opt, value, quiet, batch, verify, signature, file, ...text] = readFileSync(record, 'utf8').split(
      '\n',
    );
    expect([opt, value, quiet, batch, verify]).toEqual(['--opt', 'a b', '--quiet', '--batch', '--verify']);
    expect(signature).toBe(`${file ?? ''}.sig`);
    expect(text.join('\n')).toBe(readFileSync(here.repository.assertion('alice'), 'utf8'));
  });

  it('takes any other exit code for a bad signature', () => {
    here.repository.sign('alice', one);
    const { exitCode, stdout } = here.repository.gverify('-r', '1.0', '-p', program('exit 7'), 'hello.yml');
    expect(stdout).toMatch(/^alice: BAD SIGNATURE/);
    expect(exitCode).toBe(1);
  });

  it('says that whose keys agree is not known', () => {
    here.repository.sign('alice', one);
    here.repository.sign('bob', one);
    const { exitCode, stderr } = here.repository.gverify('-r', '1.0', '-p', 'true', 'hello.yml');
    expect([exitCode, stderr]).toEqual([0, 'verified: 2 signers whose keys are not known agree\n']);
  });

  it.each([
    ['--threshold', '1'],
    ['--signers', 'signers.yml'],
  ])('has no keys for %s', (option, value) => {
    here.repository.sign('alice', one);
    writeFileSync(join(here.repository.path, 'signers.yml'), `alice: ${here.key('alice')}\n`);
    expect(here.repository.gverify('-r', '1.0', '-p', 'true', option, value, 'hello.yml')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `gverify: ${option} doesn't go with --verify-program true: only GnuPG says whose key a signature is by\nhint: run it again without ${option}, or without --verify-program true\n`,
    });
  });
});
