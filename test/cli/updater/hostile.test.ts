import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/hashing.js';
import { Publisher, type PackageSpec } from '../../support/updater/publisher.js';
import { updaterWorld } from '../../support/updater/world.js';
import { makeZip, type MadeMember } from '../../support/zip-maker.js';

const spec: PackageSpec = { release: '1.1', files: { 'bin/hello': 'two', README: 'same' } };
const before: PackageSpec = { release: '1.0', files: { 'bin/hello': 'one', README: 'same' } };

const world = updaterWorld();
let strangers: Publisher;
let home: string;
let installed: string;
beforeAll(async () => {
  strangers = new Publisher(['mallory']);
  // Release 1.0, installed once and copied for every test.
  world.fresh();
  world.publish(before);
  world.configureUrl();
  expect((await world.update()).exitCode).toBe(0);
  home = world.folder;
  installed = world.dest;
});
afterAll(() => {
  rmSync(home, { recursive: true });
  strangers[Symbol.dispose]();
});

const members = (change: Partial<PackageSpec> = {}): MadeMember[] =>
  world.publisher.members({ ...spec, ...change });
const without = (made: readonly MadeMember[], ...names: string[]): MadeMember[] =>
  made.filter(({ name }) => !names.includes(String(name)));
const manifestOf = (lines: readonly string[], more: Partial<Record<string, string>> = {}): string =>
  world.publisher
    .assertion({ ...spec, ...more })
    .replace(
      /- out_manifest: \|\n(?: {4}.*\n)+/,
      `- out_manifest: |\n${lines.map((line) => `    ${line}\n`).join('')}`,
    );
/** Outputs, and an assertion of anything by every builder. */
const signedAll = (assertion: string): MadeMember[] => [
  ...members({ signers: [] }),
  ...['alice', 'bob', 'carol'].flatMap((signer) => world.publisher.evidence(signer, assertion)),
];
const hash = sha256('two');

/** What is published, and a part of what is said of it. */
type Attack = readonly [title: string, make: () => readonly MadeMember[] | Buffer, says: RegExp];

const names: readonly Attack[] = [
  [
    'a path out of the folder',
    () => [...members(), { name: '../evil', data: 'x' }],
    /"\.\.\/evil" leads out of its folder/,
  ],
  [
    'one from further inside',
    () => [...members(), { name: 'bin/../../evil', data: 'x' }],
    /leads out of its folder/,
  ],
  ['an absolute path', () => [...members(), { name: '/etc/evil', data: 'x' }], /"\/etc\/evil" is absolute/],
  ['a path with a drive', () => [...members(), { name: 'C:/evil', data: 'x' }], /is absolute/],
  ['backslashes', () => [...members(), { name: '..\\evil', data: 'x' }], /has a backslash/],
  ['a dot step', () => [...members(), { name: './evil', data: 'x' }], /leads out of its folder/],
  ['an empty step', () => [...members(), { name: 'a//b', data: 'x' }], /has an empty step/],
  ['no name', () => [...members(), { name: '', data: 'x' }], /is empty/],
  ['a newline in a name', () => [...members(), { name: 'a\nb', data: 'x' }], /has a control character/],
  ['a NUL in a name', () => [...members(), { name: 'README\0.txt', data: 'x' }], /has a control character/],
  [
    'an escape sequence in a name',
    () => [...members(), { name: '\x1b[2Jx', data: 'x' }],
    /has a control character/,
  ],
  [
    'a name that reads backwards',
    () => [...members(), { name: 'txt.\u202eexe', data: 'x' }],
    /has a control character/,
  ],
  [
    'bytes that are no text',
    () => [...members(), { name: Buffer.from([0x61, 0xff, 0x62]), data: 'x' }],
    /is not UTF-8/,
  ],
  [
    'a step of 256 bytes',
    () => [...members(), { name: 'x'.repeat(256), data: 'x' }],
    /longer than 255 bytes/,
  ],
  [
    'a path of 5000 bytes',
    () => [...members(), { name: 'x/'.repeat(2500) + 'x', data: 'x' }],
    /longer than 4000 bytes/,
  ],
  [
    "the updater's own manifest",
    () => [...members(), { name: '.gitian-manifest', data: 'x' }],
    /gitian-updater's own/,
  ],
  [
    "the updater's own folder",
    () => [...members(), { name: '.Gitian-Update/journal.json', data: 'x' }],
    /gitian-updater's own/,
  ],
  ['a link', () => [...members(), { name: 'link', data: '/etc/passwd', mode: 0o120777 }], /"link" is a link/],
  [
    'a link where a file of it goes',
    () => [{ name: 'bin', data: '/tmp', mode: 0o120777 }, ...members()],
    /"bin" is a link/,
  ],
  ['a character device', () => [...members(), { name: 'dev', mode: 0o020666 }], /is a device/],
  ['a pipe', () => [...members(), { name: 'pipe', mode: 0o010666 }], /is a device/],
  ['a socket', () => [...members(), { name: 'socket', mode: 0o140666 }], /is a device/],
  ['a name twice', () => [...members(), { name: 'README', data: 'other' }], /"README" is there twice/],
  [
    'names that differ in case',
    () => [...members(), { name: 'readme', data: 'other' }],
    /differs from "README" in case only/,
  ],
  [
    'folders that differ in case',
    () => [...members(), { name: 'BIN/other', data: 'x' }],
    /differs from "bin" in case only/,
  ],
  [
    'names that differ in form',
    () => [...members(), { name: 'é', data: 'x' }, { name: 'e\u0301', data: 'y' }],
    /in case only/,
  ],
  [
    'a file that is a folder',
    () => [...members(), { name: 'README/inside', data: 'x' }],
    /is a file and a folder/,
  ],
];

const sizes: readonly Attack[] = [
  [
    'a bomb',
    () => [...members(), { name: 'bomb', data: Buffer.alloc(100 << 20), deflated: true }],
    /unpacks from .* to 100.* MiB, as zip bombs do/,
  ],
  [
    'a bomb that lies of its size',
    () =>
      members().map((member) =>
        member.name === 'README' ? { ...member, data: Buffer.alloc(8 << 20), says: { size: 4 } } : member,
      ),
    /"README" unpacks to more than it says/,
  ],
  [
    'a size beyond all limits',
    () => [...members(), { name: 'huge', deflated: true, says: { size: 0xffff_fff0 } }],
    /unpacks to 4\.\d GiB, and 4 GiB is the limit|as zip bombs do/,
  ],
  [
    'members that share their data',
    () => [
      ...members(),
      ...Array.from({ length: 50 }, (_, index) => ({
        name: `s${String(index)}`,
        data: 'one',
        sharesWith: 0,
      })),
    ],
    /shares bytes with another|another name/,
  ],
  [
    'an assertion of 17 MiB',
    () => [
      ...members(),
      { name: 'gitian/x.assert', data: Buffer.alloc(17 << 20, 'many words '), deflated: true },
    ],
    /"gitian\/x\.assert" is too large/,
  ],
];

const contents: readonly Attack[] = [
  [
    'no zip',
    () => Buffer.from('<!DOCTYPE html><p>Log in to go on'),
    /it is not a zip, or its end is missing/,
  ],
  ['nothing', () => Buffer.alloc(0), /it is not a zip, or its end is missing/],
  ['half a zip', () => makeZip(members()).subarray(0, 900), /it is not a zip, or its end is missing/],
  ['a zip without anything', () => [], /there is no assertion in it that a configured signer signed/],
  ['a zip without assertions', () => members({ signers: [] }), /there is no assertion in it/],
  [
    'encrypted files',
    () => members().map((member) => (member.name === 'README' ? { ...member, flags: 0x801 } : member)),
    /is encrypted/,
  ],
  [
    'a damaged file',
    () => members().map((member) => (member.name === 'README' ? { ...member, says: { crc32: 1 } } : member)),
    /"README" has a wrong checksum/,
  ],
  [
    'another file than the signed one',
    () => members().map((member) => (member.name === 'bin/hello' ? { ...member, data: 'evil' } : member)),
    /the file "bin\/hello" is not the one that was signed/,
  ],
  ['a file too few', () => without(members(), 'README'), /the file "README" is missing/],
  [
    'two names for a file in its two headers',
    () => members().map((member) => (member.name === 'README' ? { ...member, localName: 'EVIL!!' } : member)),
    /another name in its own header/,
  ],
];

const signatures: readonly Attack[] = [
  [
    'too few signers',
    () => members({ signers: ['bob'] }),
    /the signatures weigh 10, and at least 20 is needed/,
  ],
  [
    'strangers only',
    () => [...members({ signers: [] }), ...strangers.evidence('mallory', world.publisher.assertion(spec))],
    /there is no assertion in it/,
  ],
  [
    "a stranger's key under a builder's name",
    () => [
      ...members({ signers: ['alice'] }),
      ...strangers.evidence('mallory', world.publisher.assertion(spec), 'bob'),
    ],
    /the key file gitian\/bob-key\.pgp is not used: it holds the key [0-9A-F]{40}, not [0-9A-F]{40}[^]*weigh 10/,
  ],
  [
    "one signer's key under many names",
    () => {
      const assertion = world.publisher.assertion(spec);
      return [
        ...members({ signers: [] }),
        ...['alice', 'bob', 'carol'].flatMap((name) => world.publisher.evidence('alice', assertion, name)),
      ];
    },
    /weigh 10, and at least 20 is needed/,
  ],
  [
    "one signer's assertion under many names",
    () => {
      const assertion = world.publisher.assertion(spec);
      const again = ['x', 'y', 'z'].flatMap((name) =>
        without(world.publisher.evidence('alice', assertion, name), `gitian/${name}-key.pgp`),
      );
      return [...members({ signers: ['alice'] }), ...again];
    },
    /weigh 10, and at least 20 is needed/,
  ],
  [
    'a key file with two keys',
    () => {
      const { home } = world.publisher;
      const both = home.export(world.publisher.fingerprint('bob'), world.publisher.fingerprint('carol'));
      return members({ signers: ['alice', 'bob'] }).map((member) =>
        member.name === 'gitian/bob-key.pgp' ? { ...member, data: both } : member,
      );
    },
    /bob-key\.pgp is not used: it holds more than one key[^]*weigh 10/,
  ],
  [
    'a key file that is none',
    () =>
      members({ signers: ['alice', 'bob'] }).map((member) =>
        member.name === 'gitian/bob-key.pgp' ? { ...member, data: 'key' } : member,
      ),
    /bob-key\.pgp is not used: it is not OpenPGP data[^]*weigh 10/,
  ],
  [
    'signatures of another release',
    () => {
      const old = world.publisher.assertion(before);
      const sigs = new Map(
        ['alice', 'bob', 'carol'].map((name) => [
          `gitian/${name}.assert.sig`,
          world.publisher.home.sign(old, world.publisher.fingerprint(name)),
        ]),
      );
      return members().map((member) => ({
        ...member,
        data: sigs.get(String(member.name)) ?? member.data ?? '',
      }));
    },
    /alice\.assert is not what was signed/,
  ],
  [
    'one signature of another release beside enough good ones',
    () => {
      const sig = world.publisher.home.sign(
        world.publisher.assertion(before),
        world.publisher.fingerprint('carol'),
      );
      return members().map((member) =>
        member.name === 'gitian/carol.assert.sig' ? { ...member, data: sig } : member,
      );
    },
    /carol\.assert is not what was signed/,
  ],
  [
    'assertions of another release',
    () => [
      ...members({ signers: ['alice', 'bob'] }),
      ...world.publisher.evidence('carol', world.publisher.assertion(before)),
    ],
    /alice\.assert and gitian\/carol\.assert don't agree on the outputs[^]*don't agree on the release/,
  ],
  [
    'builders who name the package differently',
    () => [
      ...members({ signers: ['alice', 'bob'] }),
      ...world.publisher.evidence('carol', world.publisher.assertion({ ...spec, name: 'other' })),
    ],
    /don't agree on the name/,
  ],
  [
    'builders who differ about what is optional',
    () => [
      ...members({ signers: ['alice', 'bob'] }),
      ...world.publisher.evidence('carol', world.publisher.assertion({ ...spec, optionals: ['README'] })),
    ],
    /don't agree on the optional files/,
  ],
  [
    'signatures taken away',
    () => without(members(), 'gitian/alice.assert.sig', 'gitian/bob.assert.sig'),
    /weigh 10/,
  ],
  [
    'signatures that are something else',
    () =>
      members().map((member) =>
        String(member.name).endsWith('.sig') ? { ...member, data: 'signed, honestly' } : member,
      ),
    /there is no assertion in it/,
  ],
  ['an assertion that is no YAML', () => signedAll('--- [\n'), /alice\.assert:\d+:\d+: /],
  ['an assertion that is nothing', () => signedAll(''), /gitian\/alice\.assert: /],
  [
    'an assertion without a manifest',
    () => signedAll('--- !!omap\n- release: 1.1\n- name: hello\n'),
    /out_manifest is missing/,
  ],
];

const manifests: readonly Attack[] = [
  [
    'no file',
    () => signedAll(world.publisher.assertion({ ...spec, files: {} })),
    /its manifest lists no file/,
  ],
  [
    'a file out of the folder',
    () => signedAll(manifestOf([`${hash}  ../evil`])),
    /the manifest lists a file whose name "\.\.\/evil" leads out/,
  ],
  ['an absolute file', () => signedAll(manifestOf([`${hash}  /etc/passwd`])), /"\/etc\/passwd" is absolute/],
  [
    "the updater's own manifest",
    () => signedAll(manifestOf([`${hash}  .gitian-manifest`])),
    /gitian-updater's own/,
  ],
  [
    'a file twice',
    () => signedAll(manifestOf([`${hash}  bin/hello`, `${hash}  bin/hello`])),
    /"bin\/hello" is there twice/,
  ],
  [
    'files that differ in case',
    () => signedAll(manifestOf([`${hash}  bin/hello`, `${hash}  BIN/hello`])),
    /differ in case only/,
  ],
  ['a line that is none', () => signedAll(manifestOf(['rm -rf /'])), /line 1 of out_manifest must be/],
];

async function refuses([, make, says]: Attack): Promise<void> {
  world.configureUrl();
  cpSync(installed, world.dest, { recursive: true });
  const made = make();
  world.server.put('/hello.zip', Buffer.isBuffer(made) ? made : makeZip(made));
  const { exitCode, stderr, stdout } = await world.update('--json');
  expect(stderr).toMatch(says);
  expect(stderr).toContain('the package is not trusted');
  expect(stderr).not.toMatch(/this is a bug|\n {4}at /);
  expect(exitCode).toBe(5);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'untrusted', exitCode: 5 });
  expect(world.installed()).toEqual(before.files);
  expect(readdirSync(world.dest).sort()).toEqual(['.gitian-manifest', 'README', 'bin', 'gitian']);
  expect(readFileSync(join(world.dest, '.gitian-manifest'), 'utf8')).toContain('release: "1.0"');
  expect(readdirSync(world.folder).sort()).toEqual(['config.yml', 'dest']);
}

describe('a package', () => {
  describe('with a name or a kind of file such as', () => {
    it.each(names)('%s: refused', async (...attack) => refuses(attack));
  });
  describe('with a size such as', () => {
    it.each(sizes)('%s: refused', async (...attack) => refuses(attack));
  });
  describe('with a content such as', () => {
    it.each(contents)('%s: refused', async (...attack) => refuses(attack));
  });
  describe('with signatures such as', () => {
    it.each(signatures)('%s: refused', async (...attack) => refuses(attack));
  });
  describe('whose signed manifest lists', () => {
    it.each(manifests)('%s: refused', async (...attack) => refuses(attack));
  });

  it('that is refused leaves nothing where nothing was', async () => {
    world.serve(members({ signers: ['alice'] }));
    world.configureUrl();
    expect((await world.update()).exitCode).toBe(5);
    expect(readdirSync(world.folder)).toEqual(['config.yml']);
  });
});

describe('two signers in the configuration with one key', () => {
  it('count once, with the lesser weight', async () => {
    const { home } = world.publisher;
    const primary = home.generate('dora <dora@example.org>');
    const subkey = home.addSubkey(primary);
    const assertion = world.publisher.assertion(spec);
    world.serve([
      ...members({ signers: ['alice'] }),
      { name: 'gitian/dora-key.pgp', data: home.export(primary) },
      { name: 'gitian/d1.assert', data: assertion },
      { name: 'gitian/d1.assert.sig', data: home.sign(assertion, `${subkey}!`) },
      { name: 'gitian/d2.assert', data: assertion },
      { name: 'gitian/d2.assert.sig', data: home.sign(assertion, `${primary}!`) },
    ]);
    const config = (minimum: number): string =>
      `urls:\n- url: ${world.server.url('/hello.zip')}\nsigners:\n` +
      `  ${world.publisher.fingerprint('alice')}: {weight: 10, key: alice}\n` +
      `  ${primary}: {weight: 7, key: dora, name: dora}\n` +
      `  ${subkey}: {weight: 5, key: dora, name: dora again, keyid: ${primary.slice(-16)}}\n` +
      `minimum_weight: ${String(minimum)}\n`;
    writeFileSync(world.at('config.yml'), config(16));
    const refused = await world.update();
    expect(refused.stderr).toContain('dora and dora again have one key');
    expect(refused.stderr).toContain('the signatures weigh 15, and at least 16 is needed');
    expect(refused.exitCode).toBe(5);
    writeFileSync(world.at('config.yml'), config(15));
    expect((await world.update()).exitCode).toBe(0);
  });
});

describe('a configuration', () => {
  const valid = (): string =>
    world.publisher.configuration({ lines: ['urls:', `- url: ${world.server.url('/hello.zip')}`] });
  it.each([
    [
      'weight as text',
      (text: string) => text.replace('weight: 10', 'weight: "10"'),
      /weight must be a whole number of at least 1, not the text "10"/,
    ],
    [
      'weight with a leading zero',
      (text: string) => text.replace('weight: 10', 'weight: 010'),
      /not the text "010"/,
    ],
    ['weight below zero', (text: string) => text.replace('weight: 10', 'weight: -10'), /not -10/],
    [
      'weight without end',
      (text: string) => text.replace('weight: 10', 'weight: .inf'),
      /weight must be a whole number/,
    ],
    [
      'minimum weight as text',
      (text: string) => text.replace('minimum_weight: 20', "minimum_weight: '20'"),
      /minimum_weight must be/,
    ],
    [
      'minimum weight of zero',
      (text: string) => text.replace('minimum_weight: 20', 'minimum_weight: 0'),
      /minimum_weight must be/,
    ],
    [
      'minimum weight missing',
      (text: string) => text.replace('minimum_weight: 20', ''),
      /minimum_weight is missing/,
    ],
    [
      'minimum weight out of reach',
      (text: string) => text.replace('minimum_weight: 20', 'minimum_weight: 31'),
      /all signers together have 30/,
    ],
    [
      'key ID instead of a fingerprint',
      (text: string) => text.replace(/ {2}[0-9A-F]{24}([0-9A-F]{16}):/, '  $1:'),
      /must be a whole fingerprint/,
    ],
    ['path as a key', (text: string) => text.replace('key: alice', 'key: ../alice'), /must be a file name/],
  ])('with %s is refused', async (_, change, says) => {
    world.publish(spec);
    writeFileSync(world.at('config.yml'), change(valid()));
    const { exitCode, stderr } = await world.update();
    expect(stderr).toMatch(says);
    expect(exitCode).toBe(2);
    expect(existsSync(world.dest)).toBe(false);
  });
});
