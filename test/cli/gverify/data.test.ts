import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { assertionToYaml } from '../../../src/assertion/assertion.js';
import { project } from '../../support/commands.js';
import { one, other, signedReleases } from '../../support/workspaces/signed-releases.js';
import { assertionOf } from '../../support/samples/voices.js';
import { sha256 } from '../../support/digest.js';

const here = signedReleases();

describe('gverify --explain', () => {
  it('says what those who differ had different', () => {
    const at = (digit: string): { inManifest: string } => ({
      inManifest: `${sha256('d')}  hello-desc.yml\ngit:${digit.repeat(40)} hello`,
    });
    here.repository.sign('alice', one, at('1'));
    here.repository.sign('bob', one, at('1'));
    here.repository.sign('carol', other, at('2'));
    expect(here.bothEngines('--explain', '-r', '1.0', 'hello.yml').stdout).toContain(
      [
        '',
        'carol:',
        '  differs: bin/hello',
        '  missing: src/hello.tar',
        '  extra: extra',
        `  known: commit of hello is ${'2'.repeat(40)}; those who agree have ${'1'.repeat(40)}`,
        '',
      ].join('\n'),
    );
  });
});

describe('gverify as data', () => {
  const schema = JSON.parse(
    readFileSync(join(project, 'share/schema/gverify.schema.json'), 'utf8'),
  ) as object;
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);

  function fill(): void {
    here.repository.sign('alice', one);
    here.repository.sign('bob', one);
    here.repository.sign('carol', other);
    here.repository.sign('dave', one, { key: 'alice' });
    appendFileSync(here.repository.assertion('dave'), '#');
    here.repository.write('erin', '- x\n', { key: 'alice' });
    here.repository.write('frank', 'x');
    here.repository.sign('alice', one, { release: '2.0' });
  }

  it('is JSON of the documented schema', () => {
    fill();
    for (const args of [['-r', '1.0', 'hello.yml'], ['--all'], ['--all', '--threshold', '2']]) {
      const { exitCode, stdout } = here.bothEngines('--json', ...args);
      expect(exitCode).toBe(1);
      expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
    }
    const { releases } = JSON.parse(here.repository.gverify('--json', '-r', '1.0', 'hello.yml').stdout) as {
      releases: { groups: object[]; mismatches: object[]; signers: object[] }[];
    };
    expect(releases[0]).toMatchObject({
      groups: [
        { reference: true, keys: 2, signers: ['alice', 'bob'] },
        { reference: false, keys: 1, signers: ['carol'] },
      ],
      mismatches: [
        { signers: ['carol'], claim: null, outputs: { missing: ['src/hello.tar'], extra: ['extra'] } },
      ],
      signers: [
        { signer: 'alice', outcome: 'OK', verdict: 'good', signature: { primaryKey: here.key('alice') } },
        { signer: 'bob', outcome: 'OK' },
        { signer: 'carol', outcome: 'MISMATCH', failed: true },
        { signer: 'dave', outcome: 'BAD SIGNATURE', verdict: 'bad' },
        { signer: 'erin', outcome: 'UNREADABLE', verdict: 'good' },
        { signer: 'frank', outcome: 'MISSING SIGNATURE', signature: null },
      ],
    });
  });

  it('commands no terminal, whatever an assertion says', () => {
    const name = 'hello\u009b2J\u202e';
    const other = assertionToYaml(assertionOf(one, { name: 'carol\u009b2J' }));
    here.repository.sign('alice', one, { name });
    here.repository.write('bob', other, { key: 'bob' });
    for (const args of [['-r', '1.0', 'hello.yml'], ['--all']]) {
      const { stdout } = here.bothEngines('--json', ...args);
      expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      expect(stdout).toContain('\\u009b2J');
    }
  });

  it('says nothing in the name of others, whatever a signer, a release or an output is called', () => {
    const forged = 'x\nalice: OK';
    here.repository.sign('alice', one);
    here.repository.sign(`bob${forged}`, { ...one, [`out${forged}`]: 'x' }, { key: 'bob' });
    here.repository.sign('alice', one, { release: `2${forged}` });
    for (const args of [['-v', '--explain', '-r', '1.0', 'hello.yml'], ['--all']]) {
      const { stdout } = here.bothEngines(...args);
      expect(stdout).toContain('\\x0aalice: OK');
      expect(stdout.match(/^alice: OK/gm) ?? []).toHaveLength(args.includes('--all') ? 0 : 1);
    }
  });

  it('says who was not compared, since the one to compare with is not there', () => {
    fill();
    const args = ['--all', '--compare-to', 'bob'];
    const { stdout } = here.bothEngines('--json', ...args);
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
    const problem = 'no good assertion of "bob" to compare with';
    expect(JSON.parse(stdout)).toMatchObject({
      releases: [
        { path: 'hello/1.0', problem: null },
        {
          path: 'hello/2.0',
          holds: false,
          problem,
          signers: [{ outcome: 'NOT COMPARED', failed: true, verdict: 'good' }],
          groups: [{ reference: false }],
        },
      ],
    });
    const matrix = here.bothEngines('--format', 'github', ...args).stdout;
    expect(matrix).toContain('| alice | ✅ OK A | ❌ NOT COMPARED A |');
    expect(matrix).toContain(`- hello/2.0 hello: ${problem}`);
  });

  it('is a Markdown matrix', () => {
    fill();
    const { stdout } = here.bothEngines('--all', '--format', 'github');
    expect(stdout.split('\n').slice(0, 10)).toEqual([
      '| signer | hello/1.0 hello | hello/2.0 hello |',
      '| --- | --- | --- |',
      '| alice | ✅ OK A | ✅ OK A |',
      '| bob | ✅ OK A |  |',
      '| carol | ❌ MISMATCH B |  |',
      '| dave | ❌ BAD SIGNATURE |  |',
      '| erin | ❌ UNREADABLE |  |',
      '| frank | ❌ MISSING SIGNATURE |  |',
      '| **all** | ❌ not verified | ✅ verified |',
      '',
    ]);
    expect(stdout).toContain(
      '- hello/1.0 hello: carol: MISMATCH: 1 output differs, 1 is missing, 1 is extra\n',
    );
  });
});
