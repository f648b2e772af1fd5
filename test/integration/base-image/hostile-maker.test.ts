import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageKinds, type ImageBackend } from '../../../src/base-image/image-kinds.js';
import { takeImage } from '../../../src/base-image/take-image.js';
import { cannotMakeMachines } from '../../support/base-image.js';
import type { Outcome } from '../../support/commands.js';
import { outcomeOf } from '../../support/running-command.js';
import { tarStream, type TarEntry } from '../../support/samples/tar-stream.js';
import { startMaking, stillMaking } from '../../support/workspaces/making-image.js';

const cannotMake = spawnSync('sh', ['-c', 'command -v mmdebstrap tar2sqfs']).status !== 0;

/** Stands before mmdebstrap, and gives out the file `stream` beside it: as a package's script may, which is root there. */
const maker = `#!/bin/sh
if [ "$1" != --unshare-helper ]; then exit 0; fi
if [ "$2" = true ]; then exit 0; fi
for part in 'asking the archive' installing packing; do echo "G: $part" >&2; done
cat "\${0%/*}/stream"
if [ -e "\${0%/*}/reason" ]; then cat "\${0%/*}/reason" >&2; exit 1; fi
`;

const plain: readonly TarEntry[] = [
  { name: './', type: '5' },
  { name: './image', content: 'an image' },
  { name: './epoch', content: '1700000000\n' },
  { name: './installed' },
  { name: './available' },
  { name: './releases/', type: '5' },
];

/** The usual entries, but for those that these take the place of. */
function but(...others: readonly TarEntry[]): readonly TarEntry[] {
  const names = new Set(others.map(({ name }) => name));
  return [...plain.filter(({ name }) => !names.has(name)), ...others];
}

/** What may be handed over instead: what is said of it, by which path, and why. */
const attacks: readonly [string, (victim: string) => readonly TarEntry[], string, RegExp][] = [
  [
    'a link where the record goes',
    (target) => but({ name: './record', type: '2', target }),
    './record',
    /absolute path/,
  ],
  [
    'a link of its own there',
    () => but({ name: './record', type: '2', target: 'epoch' }),
    'record',
    /not expected/,
  ],
  ['a file there', () => but({ name: './record' }), 'record', /not expected/],
  [
    'an image that is a link',
    (target) => but({ name: './image', type: '2', target }),
    './image',
    /absolute path/,
  ],
  [
    'an image that climbs',
    () => but({ name: './image', type: '2', target: '../../mine/victim' }),
    './image',
    /link out of/,
  ],
  [
    'an image that is a link to a part',
    () => but({ name: './image', type: '2', target: 'epoch' }),
    'image',
    /no regular file/,
  ],
  [
    'an image that is a second name',
    (target) => but({ name: './image', type: '1', target }),
    './image',
    /hard link out of/,
  ],
  ['an image that is a FIFO', () => but({ name: './image', type: '6' }), './image', /a FIFO/],
  ['an image that is a device', () => but({ name: './image', type: '4' }), './image', /a device/],
  ['an image that is a folder', () => but({ name: './image', type: '5' }), 'image', /no regular file/],
  ['no image', () => plain.filter(({ name }) => name !== './image'), 'image', /missing/],
  [
    'a text that is a link',
    (target) => but({ name: './installed', type: '2', target }),
    './installed',
    /absolute path/,
  ],
  [
    'a text without end',
    () => but({ name: './available', content: Buffer.alloc(2 ** 26 + 1) }),
    'available',
    /more than/,
  ],
  [
    'release files elsewhere',
    (target) => but({ name: './releases/', type: '2', target: join(target, '..') }),
    './releases/',
    /absolute path/,
  ],
  [
    'release files that are its parts',
    () => but({ name: './releases/', type: '2', target: '.' }),
    'releases',
    /no folder/,
  ],
  [
    'a release file that is a link',
    (target) => but({ name: './releases/a', type: '2', target }),
    './releases/a',
    /absolute path/,
  ],
  [
    'a release file that is a folder',
    () => but({ name: './releases/a/', type: '5' }),
    'releases/a',
    /no regular file/,
  ],
  ['a file more', () => but({ name: './vmlinuz' }), 'vmlinuz', /not expected/],
  ['a folder more', () => but({ name: './further/', type: '5' }), 'further', /not expected/],
  [
    'a name that climbs',
    () => but({ name: '../../mine/victim', content: 'theirs' }),
    '../../mine/victim',
    /climbs out/,
  ],
  ['a name of the host', (target) => but({ name: target, content: 'theirs' }), '', /absolute/],
  [
    'more files than any image has',
    () => but(...Array.from({ length: 1000 }, (_, n) => ({ name: `./releases/${String(n)}` }))),
    './releases/994',
    /too many/,
  ],
];

describe.skipIf(cannotMake)('what is handed over as an image (needs mmdebstrap and tar2sqfs)', () => {
  let parent: string;
  let workspace: string;
  let programs: string;
  let victim: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'gitian-hostile-maker-'));
    [workspace, programs] = [join(parent, 'workspace'), join(parent, 'programs')];
    for (const folder of [workspace, programs, join(parent, 'mine')]) mkdirSync(folder);
    victim = join(parent, 'mine', 'victim');
    writeFileSync(victim, 'mine', { mode: 0o640 });
    writeFileSync(join(programs, 'mmdebstrap'), maker);
    chmodSync(join(programs, 'mmdebstrap'), 0o755);
  });
  afterEach(() => {
    rmSync(parent, { recursive: true });
  });

  const take = async (stream: Buffer, backend: ImageBackend = 'lxc'): Promise<Outcome> => {
    writeFileSync(join(programs, 'stream'), stream);
    const PATH = [programs, process.env['PATH'] ?? ''].join(delimiter);
    // One that waited would wait for ever.
    const within = ['timeout', '--kill-after=5', '30'];
    return outcomeOf(startMaking(workspace, { backend, env: { PATH }, within }).child);
  };

  const expectUntouched = (): void => {
    expect([readFileSync(victim, 'utf8'), statSync(victim).mode & 0o777]).toEqual(['mine', 0o640]);
    expect(readdirSync(join(parent, 'mine'))).toEqual(['victim']);
  };

  const expectRefused = ({ exitCode, stderr }: Outcome, path: string, reason: RegExp): void => {
    const said =
      /^make-base-vm: what was made for "[^"]+" is refused(?: because of "([^"]*)")?: (.*)\nhint: .*\n/m.exec(
        stderr,
      );
    expect([exitCode, said?.[1] ?? '', said?.[2] ?? stderr]).toEqual([
      1,
      path,
      expect.stringMatching(reason),
    ]);
    expect(readdirSync(workspace)).toEqual(['var']);
    expectUntouched();
    expect(stillMaking()).toEqual([]);
  };

  it('is taken where it is what it should be', async () => {
    expect(await take(tarStream(plain))).toMatchObject({ exitCode: 0 });
    expect(readdirSync(workspace).sort()).toEqual(['base-bookworm-amd64', 'base-bookworm-amd64.json', 'var']);
    expect(readFileSync(join(workspace, 'base-bookworm-amd64'), 'utf8')).toBe('an image');
  });

  it.each(attacks)(
    'is refused with %s, and nothing of the host is touched',
    async (_, entries, path, reason) => {
      const directory = join(workspace, 'staging');
      mkdirSync(directory);
      const stream = Readable.from([tarStream(entries(victim))]);
      const offer = { image: 'an-image', directory, workspace, log: 'a.log', kind: imageKinds.lxc };
      await expect(takeImage({ ...offer, stream, finished: Promise.resolve() })).rejects.toMatchObject({
        code: 'base-image-refused',
        params: { path: path === '' ? victim : path, reason: expect.stringMatching(reason) as string },
      });
      expectUntouched();
    },
  );

  it.each(attacks.slice(0, 3))('is refused by the command with %s', async (_, entries, path, reason) => {
    expectRefused(await take(tarStream(entries(victim))), path, reason);
  });

  it.skipIf(cannotMakeMachines)('is refused with a kernel that is a link', async () => {
    const machine = ['host-key', 'fetched', 'initrd'].map((name) => ({ name: `./${name}` }));
    const kernel = { name: './vmlinuz', type: '2', target: 'initrd' };
    expectRefused(await take(tarStream(but(...machine, kernel)), 'kvm'), 'vmlinuz', /no regular file/);
  });

  it.skipIf(cannotMakeMachines).each([
    ['lies over another file', (header: Buffer): number => header.writeBigUInt64BE(104n, 8)],
    ['has its disk in another file', (header: Buffer): number => header.writeBigUInt64BE(4n, 72)],
  ])("is refused where a machine's disk %s", async (_, write) => {
    const content = Buffer.alloc(512);
    content.write('QFI\u00fb', 'latin1');
    content.writeUInt32BE(3, 4);
    write(content);
    const machine = ['host-key', 'fetched', 'initrd', 'vmlinuz'].map((name) => ({ name: `./${name}` }));
    const image = { name: './image', content };
    expectRefused(await take(tarStream(but(...machine, image)), 'kvm'), 'image', /names another file/);
  });

  const listed = { name: './installed', content: 'a 1 amd64\n' };
  const available = 'Package: a\nVersion: 1\nArchitecture: amd64\nFilename: a\nSHA256: x\n';
  it.each([
    ['lists a package that no index has', [listed], 'installed', /no index has "a 1 amd64"/],
    [
      'lists a package whose hash is none',
      [listed, { name: './available', content: available }],
      '',
      /"packages\[0\]\.sha256" must be a SHA-256/,
    ],
    ['has a release file of nothing', [{ name: './releases/a' }], 'releases/a', /it has no date/],
    ['has a time that is none', [{ name: './epoch', content: 'now' }], '', /"sourceDateEpoch" must be/],
  ] as const)('is refused where it %s', async (_, entries, path, reason) => {
    expectRefused(await take(tarStream(but(...entries))), path, reason);
  });

  it('is refused where it is no archive', async () => {
    expectRefused(await take(Buffer.alloc(2048, 'x')), '', /no tar stream/);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['half of an archive', tarStream(plain).subarray(0, 1024)],
  ])('is refused where it is %s, unless who makes it says why', async (_, stream) => {
    expectRefused(await take(stream), '', /tar stream/);
    writeFileSync(join(programs, 'reason'), 'E: No space left on device\n');
    const { exitCode, stderr } = await take(stream);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^make-base-vm: the disk .* is full$/m)]);
    expect(readdirSync(workspace)).toEqual(['var']);
  });
});
