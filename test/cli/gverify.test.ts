import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { project } from '../support/commands.js';
import { GnupgHome } from '../support/gnupg-home.js';
import { SignatureRepository } from '../support/signature-repository.js';
import { sha256 } from '../support/signing-workspace.js';

let home: GnupgHome;
let keys: Readonly<Record<string, string>>;
let repository: SignatureRepository;

beforeAll(() => {
  home = new GnupgHome();
  const make = (name: string): [string, string] => [name, home.generate(`${name}@example.org`)];
  keys = Object.fromEntries(['alice', 'bob', 'carol'].map(make));
  writeFileSync(join(home.path, 'keys.asc'), home.gpg(['--armor', '--export']));
});
afterAll(() => {
  home[Symbol.dispose]();
});
beforeEach(() => {
  repository = new SignatureRepository(home);
});
afterEach(() => {
  repository[Symbol.dispose]();
});

const one = { 'bin/hello': 'hello', 'src/hello.tar': 'tar' };
const other = { 'bin/hello': 'hullo', extra: 'x' };
const inProcess = (): string[] => ['--keys', join(home.path, 'keys.asc')];

/** Both engines have to come to the same lines and exit code. */
function bothEngines(...args: string[]): ReturnType<SignatureRepository['gverify']> {
  const gnupg = repository.gverify(...args);
  expect(repository.gverify(...inProcess(), ...args)).toEqual(gnupg);
  return gnupg;
}

describe('gverify', () => {
  it("says OK, MISMATCH and BAD SIGNATURE in the original's words, sorted by signer", () => {
    repository.sign('carol', one);
    repository.sign('alice', one);
    repository.sign('bob', other);
    repository.sign('a@b c', one, { key: 'carol' });
    appendFileSync(repository.assertion('a@b c'), ' ');
    const { exitCode, stdout, stderr } = bothEngines('-r', '1.0', 'hello.yml');
    expect(stdout).toBe(
      [
        `a@b c: BAD SIGNATURE (not over these bytes, or not by the key ${keys['carol'] ?? ''})`,
        'alice: OK',
        'bob: MISMATCH (1 output differs, 1 is missing, 1 is extra)',
        'carol: OK',
        '',
      ].join('\n'),
    );
    expect(stderr).toBe('2 signers with 2 keys agree; 2 of 4 signers failed\n');
    expect(exitCode).toBe(1);
  });

  it('exits with 0 when all agree', () => {
    repository.sign('alice', one);
    repository.sign('bob', one);
    expect(bothEngines('-r', '1.0', 'hello.yml')).toEqual({
      exitCode: 0,
      stdout: 'alice: OK\nbob: OK\n',
      stderr: '2 signers with 2 keys agree\n',
    });
  });

  it('looks at the release "current" unless told otherwise, below --destination or $GITIAN_BASE', () => {
    repository.sign('alice', one, { release: 'current' });
    expect(repository.gverify('hello.yml').stdout).toBe('alice: OK\n');
    expect(repository.gverify('-d', 'sigs/hello', 'hello.yml').stdout).toBe('alice: OK\n');
    expect(repository.gverify('-d', 'sigs', '-r', 'hello', 'hello.yml').exitCode).toBe(1);
  });

  it('shows keys, times and differing lines with --verbose', () => {
    repository.sign('alice', one);
    repository.sign('bob', other);
    const { stdout } = bothEngines('-v', '-r', '1.0', 'hello.yml');
    expect(stdout).toContain(`  key ${keys['alice'] ?? ''}\n  user alice@example.org\n`);
    expect(stdout).toMatch(/ {2}signed \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, EdDSA SHA-256\n/);
    const lines = [
      `- ${sha256('hello')}  bin/hello`,
      `+ ${sha256('hullo')}  bin/hello`,
      `+ ${sha256('x')}  extra`,
      `- ${sha256('tar')}  src/hello.tar`,
    ];
    expect(stdout).toContain(`${lines.join('\n')}\n`);
  });

  it('marks verdicts only where it is told to', () => {
    repository.sign('alice', one);
    expect(repository.gverify('-r', '1.0', 'hello.yml').stdout).toBe('alice: OK\n');
    expect(repository.gverify('-m', '-r', '1.0', 'hello.yml').stdout).toBe('\u001b[1malice: OK\u001b[0m\n');
    expect(repository.gverify('--no-markup', '-r', '1.0', 'hello.yml').stdout).toBe('alice: OK\n');
  });

  it('compares with whom --compare-to names', () => {
    repository.sign('alice', one);
    repository.sign('bob', other);
    repository.sign('carol', one);
    expect(bothEngines('-r', '1.0', '-c', 'bob', 'hello.yml').stdout).toMatch(
      /^alice: MISMATCH.*\nbob: OK\ncarol: MISMATCH/,
    );
  });

  it('compares with nobody whose signature is not good', () => {
    repository.sign('alice', one);
    repository.sign('bob', one);
    appendFileSync(repository.assertion('bob'), '#');
    const bad = bothEngines('-r', '1.0', '-c', 'bob', 'hello.yml');
    expect(bad.stderr).toContain('gverify: "bob" is not to be compared with: BAD SIGNATURE');
    expect([bad.exitCode, bad.stdout]).toEqual([1, '']);
    const missing = bothEngines('-r', '1.0', '-c', 'zoe', 'hello.yml');
    expect(missing.stderr).toContain('there is no assertion of "zoe" to compare with');
    expect(missing.exitCode).toBe(2);
  });

  it('tells missing signatures and results, links and devices', () => {
    repository.sign('alice', one);
    repository.sign('bob', one);
    rmSync(`${repository.assertion('bob')}.sig`);
    mkdirSync(join(repository.path, 'sigs/hello/1.0/carol'));
    mkdirSync(join(repository.path, 'sigs/hello/1.0/.git'));
    writeFileSync(join(repository.path, 'sigs/hello/1.0/README'), '');
    mkdirSync(join(repository.path, 'sigs/hello/1.0/dev'));
    symlinkSync('/dev/zero', repository.assertion('dev'));
    spawnSync('mkfifo', [`${repository.assertion('dev')}.sig`]);
    const { exitCode, stdout } = bothEngines('-r', '1.0', 'hello.yml');
    expect(stdout).toBe(
      [
        'alice: OK',
        'bob: MISSING SIGNATURE (the assertion has no signature)',
        'carol: MISSING RESULT (no assertion of this package)',
        "dev: BAD SIGNATURE (the signature can't be read: it is not a file)",
        '',
      ].join('\n'),
    );
    expect(exitCode).toBe(1);
    rmSync(join(repository.path, 'sigs/hello/1.0/bob'), { recursive: true });
    rmSync(join(repository.path, 'sigs/hello/1.0/dev'), { recursive: true });
    expect(bothEngines('-r', '1.0', 'hello.yml').exitCode).toBe(0);
  });

  it('exits with 1 when nobody has signed', () => {
    mkdirSync(join(repository.path, 'sigs/hello/1.0'), { recursive: true });
    expect(bothEngines('-r', '1.0', 'hello.yml')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'nobody has signed this release\n',
    });
  });

  it('does not read what is not signed, and says so of what is signed and can not be read', () => {
    // Text that would make any reader of YAML fail, under no good signature.
    repository.write('alice', '{{{ - : \t', 'alice');
    repository.write('bob', '{{{ - : \t', undefined);
    repository.write('carol', '{{{', 'carol');
    appendFileSync(repository.assertion('carol'), '{');
    const { stdout } = bothEngines('-r', '1.0', 'hello.yml');
    expect(stdout).toMatch(
      /^alice: UNREADABLE \(.+\)\nbob: MISSING SIGNATURE \(.+\)\ncarol: BAD SIGNATURE \(not over/,
    );
  });

  it('finds out what was swapped between releases and packages', () => {
    repository.sign('alice', one);
    repository.sign('bob', one);
    // Another release's files, as they are, with their good signature.
    repository.sign('bob', one, { release: '0.9' });
    for (const ending of ['', '.sig']) {
      writeFileSync(
        `${repository.assertion('bob')}${ending}`,
        readFileSync(`${repository.assertion('bob', '0.9')}${ending}`),
      );
    }
    repository.sign('carol', one, { name: 'other' });
    const { stdout } = bothEngines('-r', '1.0', 'hello.yml');
    expect(stdout).toBe(
      [
        'alice: OK',
        'bob: MISMATCH (the assertion is of release "0.9", not of "1.0")',
        'carol: MISMATCH (the assertion is of "other", not of "hello")',
        '',
      ].join('\n'),
    );
  });

  it('shows nothing that a terminal would obey', () => {
    repository.sign('alice', { 'a\u001b[2J': 'x' });
    repository.sign('bob', { 'b\u202e': 'x' });
    mkdirSync(join(repository.path, 'sigs/hello/1.0/x\u001b]0;y\u0007'));
    const { stdout } = bothEngines('-v', '--explain', '-r', '1.0', 'hello.yml');
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(stdout).toContain('x\\x1b]0;y\\x07: MISSING RESULT');
  });
});

describe('gverify ends with exit 2', () => {
  it.each([
    ['without a descriptor', [], "missing required argument 'descriptor'"],
    [
      'for a descriptor that is not there',
      ['no.yml'],
      'the descriptor "no.yml" can\'t be read: it does not exist',
    ],
    ['for a release that is not there', ['-r', '9', 'hello.yml'], 'there is no release "sigs/hello/9"'],
    ['for a release that is a path', ['-r', '../x', 'hello.yml'], 'the release "../x" is not usable'],
    [
      'for a program that needs a shell',
      ['-p', 'gpg | cat', 'hello.yml'],
      `--verify-program "gpg | cat" can't be run`,
    ],
    [
      'for a program that is not there',
      ['-r', '1.0', '-p', 'no-such-gpg', 'hello.yml'],
      '"no-such-gpg" is not installed',
    ],
    ['for keys that are not there', ['-r', '1.0', '--keys', 'no', 'hello.yml'], 'no keys can be had from'],
    [
      'for two ways to check',
      ['--keys', 'x', '-p', 'gpg', 'hello.yml'],
      "--keys doesn't go with --verify-program",
    ],
    [
      'for signers that are not there',
      ['-r', '1.0', '--signers', 'no.yml', 'hello.yml'],
      'the list of signers "no.yml"',
    ],
    [
      'for a threshold that is no number',
      ['--threshold', 'all', 'hello.yml'],
      '--threshold must be a whole number',
    ],
    ['for a threshold of nothing', ['--threshold', '0', 'hello.yml'], '--threshold must be a whole number'],
    ['for a day that is none', ['--all', '--since', '2024-02-30'], '--since must be a day'],
    [
      'for a format that is none',
      ['--format', 'xml', 'hello.yml'],
      "option '--format <format>' argument 'xml' is invalid",
    ],
    ['for a repository that is not there', ['--all', 'nowhere'], 'the signature repository'],
  ])('%s', (_, args, words) => {
    repository.sign('alice', one);
    const { exitCode, stdout, stderr } = repository.gverify(...args);
    expect(stderr).toContain(words);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
  });
});

describe('gverify with another program', () => {
  const program = (lines: string): string => {
    const path = join(repository.path, 'check');
    writeFileSync(path, `#!/bin/sh\n${lines}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  it('calls it as the original does, with the bytes that were read', () => {
    repository.sign('alice', one);
    const record = join(repository.path, 'record');
    const words = `${program(`printf '%s\\n' "$@" >${record}; cat "$7" >>${record}`)} --opt 'a b'`;
    const { exitCode, stdout } = repository.gverify('-r', '1.0', '-p', words, 'hello.yml');
    expect([exitCode, stdout]).toEqual([0, 'alice: OK\n']);
    const [opt, value, quiet, batch, verify, signature, file, ...text] = readFileSync(record, 'utf8').split(
      '\n',
    );
    expect([opt, value, quiet, batch, verify]).toEqual(['--opt', 'a b', '--quiet', '--batch', '--verify']);
    expect(signature).toBe(`${file ?? ''}.sig`);
    expect(text.join('\n')).toBe(readFileSync(repository.assertion('alice'), 'utf8'));
  });

  it('takes any other exit code for a bad signature', () => {
    repository.sign('alice', one);
    const { exitCode, stdout } = repository.gverify('-r', '1.0', '-p', program('exit 7'), 'hello.yml');
    expect(stdout).toMatch(/^alice: BAD SIGNATURE/);
    expect(exitCode).toBe(1);
  });

  it('has no keys to count', () => {
    repository.sign('alice', one);
    const { exitCode, stderr } = repository.gverify(
      '-r',
      '1.0',
      '-p',
      'true',
      '--threshold',
      '1',
      'hello.yml',
    );
    expect(stderr).toContain('0 of 1 needed have signed the same');
    expect(exitCode).toBe(1);
  });
});

describe('gverify --signers', () => {
  const signers = (text: string): string => {
    writeFileSync(join(repository.path, 'signers.yml'), text);
    return 'signers.yml';
  };

  it('knows whose key is whose', () => {
    repository.sign('alice', one);
    repository.sign('bob', one, { key: 'carol' });
    repository.sign('zoe', one, { key: 'carol' });
    const list = signers(`alice: ${keys['alice'] ?? ''}\nbob: [${keys['bob'] ?? ''}]\n`);
    const { exitCode, stdout } = bothEngines('-r', '1.0', '--signers', list, 'hello.yml');
    const carol = `${keys['carol'] ?? ''} carol@example.org`;
    expect(stdout).toBe(
      [
        'alice: OK',
        `bob: WRONG KEY (a good signature, but by ${carol}, which is not this signer's key)`,
        `zoe: WRONG KEY (a good signature by ${carol}, but this signer is not in the list of signers)`,
        '',
      ].join('\n'),
    );
    expect(exitCode).toBe(1);
  });

  it('takes one good signature of the right key among several', () => {
    repository.sign('alice', one);
    const text = readFileSync(repository.assertion('alice'));
    const signatures = [home.sign('x', 'bob'), home.sign(text, 'carol'), home.sign(text, 'alice')];
    writeFileSync(`${repository.assertion('alice')}.sig`, Buffer.concat(signatures));
    const list = signers(`alice: ${keys['alice'] ?? ''}\n`);
    expect(bothEngines('-r', '1.0', '--signers', list, 'hello.yml').stdout).toBe('alice: OK\n');
  });

  it('counts weight, and a key once', () => {
    repository.sign('alice', one);
    repository.sign('alice2', one, { key: 'alice' });
    repository.sign('bob', one);
    const list = signers(
      `alice: {keys: ${keys['alice'] ?? ''}, weight: 2}\nalice2: ${keys['alice'] ?? ''}\nbob: ${keys['bob'] ?? ''}\n`,
    );
    const verify = (threshold: string): ReturnType<typeof bothEngines> =>
      bothEngines('-r', '1.0', '--signers', list, '--threshold', threshold, 'hello.yml');
    expect(verify('3').exitCode).toBe(0);
    expect(verify('4')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('gverify: warning: 3 of 4 needed have signed the same\n') as string,
    });
    expect(verify('3').stdout).toContain('alice2: OK (the same key as alice, counted once)');
  });
});

describe('gverify with a policy', () => {
  it('lets others fail', () => {
    repository.sign('alice', one);
    repository.sign('bob', one);
    repository.sign('carol', other);
    const verify = (...args: string[]): number | null =>
      bothEngines('-r', '1.0', ...args, 'hello.yml').exitCode;
    expect(verify()).toBe(1);
    expect(verify('--threshold', '2')).toBe(0);
    expect(verify('--threshold', '3')).toBe(1);
    expect(verify('--require', 'alice', '--require', 'bob')).toBe(0);
    expect(verify('--require', 'carol')).toBe(1);
    expect(verify('--require', 'carol', '--compare-to', 'carol')).toBe(0);
  });
});

describe('gverify --strict', () => {
  it('lets weak signatures fail', () => {
    repository.sign('alice', one);
    writeFileSync(
      `${repository.assertion('alice')}.sig`,
      home.sign(
        readFileSync(repository.assertion('alice')),
        home.generate('rsa@example.org', { algorithm: 'rsa2048' }),
        '--digest-algo',
        'SHA1',
      ),
    );
    writeFileSync(join(home.path, 'keys.asc'), home.gpg(['--armor', '--export']));
    expect(bothEngines('-r', '1.0', 'hello.yml')).toMatchObject({
      exitCode: 0,
      stdout: 'alice: OK (weak: SHA-1)\n',
    });
    expect(bothEngines('--strict', '-r', '1.0', 'hello.yml')).toMatchObject({
      exitCode: 1,
      stdout: 'alice: WEAK SIGNATURE (weak: SHA-1)\n',
    });
  });
});

describe('gverify --keys', () => {
  it('reads folders of keys in any form, and names and skips broken ones', () => {
    const folder = join(repository.path, 'keys/sub');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${keys['alice'] ?? ''}.asc`), home.gpg(['--armor', '--export', 'alice']));
    writeFileSync(join(folder, 'bob-key.pgp'), home.export('bob'));
    writeFileSync(join(folder, '../carol'), home.export('carol'));
    writeFileSync(join(folder, 'broken.asc'), 'rubbish');
    writeFileSync(join(folder, 'cut.gpg'), home.export('alice').subarray(0, 60));
    writeFileSync(join(folder, 'secret.asc'), home.exportSecret('alice'));
    writeFileSync(join(folder, '../keys.txt'), 'a list of keys');
    for (const signer of ['alice', 'bob', 'carol']) repository.sign(signer, one);
    const { exitCode, stdout, stderr } = repository.gverify('-r', '1.0', '--keys', 'keys', 'hello.yml');
    expect(stdout).toBe('alice: OK\nbob: OK\ncarol: OK\n');
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/the key file ".*broken\.asc" is skipped: it is not OpenPGP data\n/);
    expect(stderr).toMatch(/the key file ".*cut\.gpg" is skipped: it ends in the middle of a packet\n/);
    expect(stderr).toMatch(/the key file ".*secret\.asc" is skipped: it holds a secret key/);
    expect(stderr).not.toContain('keys.txt');
  });

  it('may be repeated, and names keys that are not at hand', () => {
    writeFileSync(join(repository.path, 'a'), home.export('alice'));
    writeFileSync(join(repository.path, 'b'), home.export('bob'));
    for (const signer of ['alice', 'bob', 'carol']) repository.sign(signer, one);
    const { exitCode, stdout, stderr } = repository.gverify(
      '-r',
      '1.0',
      '--keys',
      'a',
      '--keys',
      'b',
      'hello.yml',
    );
    const carol = keys['carol'] ?? '';
    expect(stdout).toBe(`alice: OK\nbob: OK\ncarol: BAD SIGNATURE (key unknown: ${carol})\n`);
    expect(stderr).toContain(`not at hand: ${carol}\n`);
    expect(exitCode).toBe(1);
  });
});

describe('gverify --explain', () => {
  it('says what those who differ had different', () => {
    const at = (digit: string): { inManifest: string } => ({
      inManifest: `${sha256('d')}  hello-desc.yml\ngit:${digit.repeat(40)} hello`,
    });
    repository.sign('alice', one, at('1'));
    repository.sign('bob', one, at('1'));
    repository.sign('carol', other, at('2'));
    expect(bothEngines('--explain', '-r', '1.0', 'hello.yml').stdout).toContain(
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
    repository.sign('alice', one);
    repository.sign('bob', one);
    repository.sign('carol', other);
    repository.sign('dave', one, { key: 'alice' });
    appendFileSync(repository.assertion('dave'), '#');
    repository.write('erin', '- x\n', 'alice');
    repository.write('frank', 'x', undefined);
    repository.sign('alice', one, { release: '2.0' });
  }

  it('is JSON of the documented schema', () => {
    fill();
    for (const args of [['-r', '1.0', 'hello.yml'], ['--all'], ['--all', '--threshold', '2']]) {
      const { exitCode, stdout } = bothEngines('--json', ...args);
      expect(exitCode).toBe(1);
      expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
    }
    const { releases } = JSON.parse(repository.gverify('--json', '-r', '1.0', 'hello.yml').stdout) as {
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
        { signer: 'alice', outcome: 'OK', verdict: 'good', signature: { primaryKey: keys['alice'] } },
        { signer: 'bob', outcome: 'OK' },
        { signer: 'carol', outcome: 'MISMATCH', failed: true },
        { signer: 'dave', outcome: 'BAD SIGNATURE', verdict: 'bad' },
        { signer: 'erin', outcome: 'UNREADABLE', verdict: 'good' },
        { signer: 'frank', outcome: 'MISSING SIGNATURE', signature: null },
      ],
    });
  });

  it('is a Markdown matrix', () => {
    fill();
    const { stdout } = bothEngines('--all', '--format', 'github');
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

describe('gverify --all', () => {
  beforeEach(() => {
    repository.sign('alice', one);
    repository.sign('bob', other);
    repository.sign('alice', one, { release: '1.1' });
    repository.sign('bob', one, { release: '1.1' });
    repository.sign('alice', one, { release: '2.0rc1' });
    repository.write('bob', 'x', undefined, '2.0rc1');
  });

  it('prints a table of everything below a repository', () => {
    expect(bothEngines('--all')).toEqual({
      exitCode: 1,
      stdout: [
        'release       package  signers  good  groups  trouble',
        'hello/1.0     hello          2     2  1+1     1 MISMATCH',
        'hello/1.1     hello          2     2  2       -',
        'hello/2.0rc1  hello          2     1  1       1 MISSING SIGNATURE',
        '',
      ].join('\n'),
      stderr: '1 of 3 verified\n',
    });
    expect(bothEngines('--all', 'sigs/hello').stdout).toContain('\n1.0      ');
    expect(bothEngines('--all', '-d', 'sigs/hello').stdout).toContain('\n1.0      ');
  });

  it('chooses by patterns and day', () => {
    const releases = (...args: string[]): string[] =>
      bothEngines('--all', ...args)
        .stdout.split('\n')
        .slice(1, -1)
        .map((line) => line.split(' ')[0] ?? '');
    expect(releases('-r', '1.*')).toEqual(['hello/1.0', 'hello/1.1']);
    expect(releases('-r', 'hello/2*')).toEqual(['hello/2.0rc1']);
    expect(releases('--package', 'h?llo', '-r', '1.1')).toEqual(['hello/1.1']);
    expect(releases('--package', 'other')).toEqual([]);
    expect(releases('--since', '2020-01-01')).toHaveLength(3);
    expect(releases('--since', '2999-01-01')).toEqual([]);
  });

  it('exits with 0 where all that was chosen is verified', () => {
    expect(bothEngines('--all', '-r', '1.1').exitCode).toBe(0);
    expect(bothEngines('--all', '--threshold', '1', '-r', '2*').exitCode).toBe(0);
    expect(bothEngines('--all', '-r', 'nothing').exitCode).toBe(1);
  });
});
