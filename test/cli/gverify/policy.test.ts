import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../support/commands.js';
import { one, other, signedReleases } from '../../support/workspaces/signed-releases.js';

const here = signedReleases();

describe('gverify --signers', () => {
  const signers = (text: string): string => {
    writeFileSync(join(here.repository.path, 'signers.yml'), text);
    return 'signers.yml';
  };

  it('knows whose key is whose', () => {
    here.repository.sign('alice', one);
    here.repository.sign('bob', one, { key: 'carol' });
    here.repository.sign('zoe', one, { key: 'carol' });
    const list = signers(`alice: ${here.key('alice')}\nbob: [${here.key('bob')}]\n`);
    const { exitCode, stdout } = here.bothEngines('-r', '1.0', '--signers', list, 'hello.yml');
    const carol = `${here.key('carol')} carol@example.org`;
    expect(stdout).toBe(
      [
        'alice: OK',
        `bob: WRONG KEY (a good signature, but by ${carol}, which is not this signer's key)`,
        `zoe: WRONG KEY (a good signature by ${carol}, but this signer is not in the list of signers)`,
        '',
      ].join('\n'),
    );
    expect(exitCode).toBe(1);
    const all = here.bothEngines('--all', '--signers', list);
    expect(all.stdout).toMatch(/^hello\/1\.0 .* 2 WRONG KEY$/m);
    expect(all.exitCode).toBe(1);
  });

  it('takes one good signature of the right key among several', () => {
    here.repository.sign('alice', one);
    const text = readFileSync(here.repository.assertion('alice'));
    const signatures = [
      here.home.sign('x', 'bob'),
      here.home.sign(text, 'carol'),
      here.home.sign(text, 'alice'),
    ];
    writeFileSync(`${here.repository.assertion('alice')}.sig`, Buffer.concat(signatures));
    const list = signers(`alice: ${here.key('alice')}\n`);
    expect(here.bothEngines('-r', '1.0', '--signers', list, 'hello.yml').stdout).toBe('alice: OK\n');
  });

  it('counts weight, and a key once', () => {
    here.repository.sign('alice', one);
    here.repository.sign('alice2', one, { key: 'alice' });
    here.repository.sign('bob', one);
    const list = signers(
      `alice: {keys: ${here.key('alice')}, weight: 2}\nalice2: ${here.key('alice')}\nbob: ${here.key('bob')}\n`,
    );
    const verify = (threshold: string): Outcome =>
      here.bothEngines('-r', '1.0', '--signers', list, '--threshold', threshold, 'hello.yml');
    expect(verify('3').exitCode).toBe(0);
    expect(verify('4')).toMatchObject({
      exitCode: 1,
      stderr: 'not verified: 3 of 4 needed, by weight, have signed the same; 3 signers with 2 keys agree\n',
    });
    expect(verify('3').stdout).toContain('alice2: OK (the same key as alice, counted once)');
  });
});

describe('gverify --signers with signers who weigh nothing', () => {
  it('judges what those who weigh the most have signed', () => {
    here.repository.sign('alice', one);
    here.repository.sign('bob', other);
    here.repository.sign('carol', other);
    const list = ['alice', 'bob', 'carol'].map(
      (name) => `${name}: {keys: ${here.key(name)}, weight: ${name === 'alice' ? '2' : '0'}}\n`,
    );
    writeFileSync(join(here.repository.path, 'signers.yml'), list.join(''));
    const verify = (...args: string[]): Outcome => here.bothEngines('--signers', 'signers.yml', ...args);
    const policy = ['--threshold', '2', '-r', '1.0'];
    expect(verify(...policy, '--explain', 'hello.yml')).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^alice: OK\nbob: MISMATCH .*\ncarol: MISMATCH .*\n\nbob, carol:\n/,
      ) as string,
      stderr: 'verified: 1 signer with 1 key agrees; 2 of 3 signers failed; they weigh 2, and 2 are needed\n',
    });
    expect(verify(...policy, '--all')).toEqual({
      exitCode: 0,
      stdout: expect.stringContaining(' 1+2     2 MISMATCH\n') as string,
      stderr: '1 of 1 verified\n',
    });
    const { releases } = JSON.parse(verify(...policy, '--json', 'hello.yml').stdout) as {
      releases: { groups: unknown }[];
    };
    expect(releases[0]?.groups).toMatchObject([
      { reference: true, keys: 1, weight: 2, signers: ['alice'] },
      { reference: false, keys: 2, weight: 0, signers: ['bob', 'carol'] },
    ]);
    expect(verify('--require', 'alice', '-r', '1.0', 'hello.yml').exitCode).toBe(0);
  });
});

describe('gverify with a policy', () => {
  it('lets others fail', () => {
    here.repository.sign('alice', one);
    here.repository.sign('bob', one);
    here.repository.sign('carol', other);
    const verify = (...args: string[]): number | null =>
      here.bothEngines('-r', '1.0', ...args, 'hello.yml').exitCode;
    expect(verify()).toBe(1);
    expect(verify('--threshold', '2')).toBe(0);
    expect(verify('--threshold', '3')).toBe(1);
    expect(verify('--require', 'alice', '--require', 'bob')).toBe(0);
    expect(verify('--require', 'carol')).toBe(1);
    expect(verify('--require', 'carol', '--compare-to', 'carol')).toBe(0);
  });

  it.each([
    [['--threshold', '2'], 'verified: 2 signers with 2 keys agree; 1 of 3 signers failed; 2 are needed'],
    [
      ['--threshold', '3'],
      'not verified: 2 of 3 needed have signed the same; 2 signers with 2 keys agree; 1 of 3 signers failed',
    ],
    [
      ['--require', 'alice'],
      'verified: 2 signers with 2 keys agree; 1 of 3 signers failed; "alice" is among them',
    ],
    [
      ['--require', 'zoe', '-c', 'carol'],
      'not verified: there is no signer "zoe" in this release; 1 signer with 1 key agrees; 2 of 3 signers failed; more signed something else',
    ],
  ])('ends with what decides: %j', (args, words) => {
    here.repository.sign('alice', one);
    here.repository.sign('bob', one);
    here.repository.sign('carol', other);
    expect(here.bothEngines('-r', '1.0', ...args, 'hello.yml').stderr).toBe(`${words}\n`);
  });
});

describe('gverify --strict', () => {
  it('lets weak signatures fail', () => {
    here.repository.sign('alice', one);
    writeFileSync(
      `${here.repository.assertion('alice')}.sig`,
      here.home.sign(
        readFileSync(here.repository.assertion('alice')),
        here.home.generate('rsa@example.org', { algorithm: 'rsa2048' }),
        '--digest-algo',
        'SHA1',
      ),
    );
    here.exportKeys();
    expect(here.bothEngines('-r', '1.0', 'hello.yml')).toMatchObject({
      exitCode: 0,
      stdout: 'alice: OK (weak: SHA-1)\n',
    });
    expect(here.bothEngines('--strict', '-r', '1.0', 'hello.yml')).toMatchObject({
      exitCode: 1,
      stdout: 'alice: WEAK SIGNATURE (weak: SHA-1)\n',
    });
  });
});
