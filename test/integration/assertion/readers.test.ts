import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertionToYaml, type Assertion } from '../../../src/assertion/assertion.js';
import { assertionOf } from '../../support/samples/voices.js';

const succeeds = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const hasRuby = succeeds('ruby', '-rpsych', '-e', '0');
const hasPyYaml = succeeds('python3', '-c', 'import yaml');

/** Assertions with everything that is awkward to write. */
const assertions: Readonly<Record<string, Assertion>> = {
  plain: assertionOf({ a: '1', b: '2' }),
  empty: assertionOf({}, { inManifest: '' }),
  one: assertionOf({ a: '1' }, { inManifest: `git:${'1'.repeat(40)} hello` }),
  odd: assertionOf(
    { 'a b': '1', "c'd": '2', 'ü"e': '3' },
    {
      release: '1.10',
      optionals: ['a b', '- x', 'true', '08', ''],
      baseManifests: new Map([
        ['bookworm-amd64', 'one line\n'],
        ['bookworm-i386', 'no end'],
        ['empty', ''],
      ]),
    },
  ),
};

/** What a reader should find: the original's own keys, nothing but texts. */
function expected(assertion: Assertion): unknown {
  return {
    out_manifest: assertion.outManifest,
    in_manifest: assertion.inManifest,
    base_manifests: Object.fromEntries(assertion.baseManifests),
    cache_common_manifest: assertion.cacheCommonManifest,
    cache_package_manifest: assertion.cachePackageManifest,
    release: assertion.release,
    name: assertion.name,
    type: assertion.type,
    optionals: assertion.optionals.length === 0 ? null : assertion.optionals,
  };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitian-readers-'));
  for (const [name, assertion] of Object.entries(assertions)) {
    writeFileSync(join(folder, name), assertionToYaml(assertion));
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function readWith(program: string, ...args: string[]): unknown {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe.skipIf(!hasRuby)("Ruby's Psych (needs ruby)", () => {
  const load = 'd = Psych.unsafe_load(File.read(ARGV[0], encoding: "UTF-8"))';

  it.each(Object.keys(assertions))('reads %s as it is', (name) => {
    const found = readWith(
      'ruby',
      '-rpsych',
      '-rjson',
      '-e',
      `${load}; puts JSON.generate(d)`,
      join(folder, name),
    );
    expect(found).toEqual(expected(assertions[name] ?? assertionOf({})));
  });

  it.each(Object.keys(assertions))('writes %s just so', (name) => {
    const { status, stderr } = spawnSync(
      'ruby',
      [
        '-rpsych',
        '-e',
        `${load}; exit(d.to_yaml == File.read(ARGV[0], encoding: "UTF-8"))`,
        join(folder, name),
      ],
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe.skipIf(!hasPyYaml)('PyYAML (needs python3-yaml)', () => {
  const script = [
    'import sys, json, yaml',
    'd = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))',
    // PyYAML makes a list of pairs of an ordered map.
    'd = dict(d); d["base_manifests"] = dict(d["base_manifests"])',
    'print(json.dumps(d))',
  ].join('\n');

  it.each(Object.keys(assertions))('reads %s as it is', (name) => {
    expect(readWith('python3', '-c', script, join(folder, name))).toEqual(
      expected(assertions[name] ?? assertionOf({})),
    );
  });
});
