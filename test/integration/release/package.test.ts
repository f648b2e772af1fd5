import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { othersMayRead } from '../../support/base-image.js';
import { project } from '../../support/commands.js';
import { sha256 } from '../../support/digest.js';

/** A machine to pack on, and in what it isn't like the other one. */
interface Machine {
  readonly folder: string;
  readonly umask: string;
  /** When its sources were changed last. */
  readonly time: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user?: number;
}

const shiftedClock = new URL('../../support/shifted-clock.js', import.meta.url).href;

const machines: readonly [Machine, Machine] = [
  { folder: 'one', umask: '002', time: '2001-02-03 04:05:06', env: { LC_ALL: 'C', TZ: 'UTC' } },
  {
    folder: "a longer/path that isn't the same ü",
    umask: '077',
    time: '2019-12-31 23:59:59',
    env: {
      ...{ LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Kiritimati', SOURCE_DATE_EPOCH: '1', NO_COLOR: '1' },
      // A URL has no blanks, which Node would take for the end of the option.
      NODE_OPTIONS: `--import=${shiftedClock}`,
    },
    // Only root can be somebody else, and only where they may read the dependencies.
    ...(othersMayRead ? { user: 65_534 } : {}),
  },
];

let folder: string;
let packages: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gitian-release-'));
  chmodSync(folder, 0o755);
  packages = await Promise.all(machines.map(pack));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** Packs a copy of what git tracks or would, as that machine does; returns the package's path. */
async function pack({ folder: name, umask, time, env, user }: Machine): Promise<string> {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  const copy = [
    'umask "$1" && cd "$2"',
    'git ls-files -z --cached --others --exclude-standard --deduplicate | tar --create --null --files-from=- --mtime="$4" | tar --extract --no-same-permissions -C "$3"',
  ].join('\n');
  execFileSync('sh', ['-c', copy, 'sh', umask, project, place, time]);
  symlinkSync(join(project, 'node_modules'), join(place, 'node_modules'));
  if (user !== undefined) execFileSync('chown', ['-R', '--no-dereference', String(user), place]);
  const child = spawn('sh', ['-c', `umask ${umask} && exec npm pack --loglevel=error`], {
    cwd: place,
    env: { PATH: process.env['PATH'] ?? '', HOME: place, npm_config_update_notifier: 'false', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  expect(await once(child, 'exit')).toEqual([0, null]);
  return join(place, `gitian-${manifest().version}.tgz`);
}

const manifest = (): { version: string; bin: Record<string, string> } =>
  JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as ReturnType<typeof manifest>;

const listing = (path: string): string =>
  execFileSync('tar', ['--list', '--verbose', '--utc', '--full-time', '--file', path], { encoding: 'utf8' });

const sameUser = othersMayRead
  ? ''
  : ' (another user skipped: needs root, and a clone that other users may read)';

const isWithoutRegistry = (stderr: string): boolean =>
  /E?(NOTFOUND|CONNREFUSED|AI_AGAIN|TIMEDOUT|NOTCACHED)/.test(stderr);

it(`npm pack gives the same bytes under another path, time, clock, user, umask, locale and time zone${sameUser}`, () => {
  const [one = '', other = ''] = packages;
  expect(listing(other)).toBe(listing(one));
  const [digest, otherDigest] = [one, other].map((path) => sha256(readFileSync(path)));
  expect(otherDigest).toBe(digest);
});

it('the clock of one machine is half a year ahead of that of the other', () => {
  const words = ['--print', 'Math.min(Date.now(), new Date(), Date.parse(Date()))'];
  const [one = 0, other = 0] = machines.map(({ env }) =>
    Number(execFileSync('node', words, { env: { PATH: process.env['PATH'], ...env } })),
  );
  expect((other - one) / (24 * 3_600_000)).toBeCloseTo(180, 1);
});

it('a package holds what commands need, its lock file, and nothing of the machine it was made on', () => {
  const names = listing(packages[0] ?? '')
    .split('\n')
    .map((line) => line.split(/\s+/)[5]);
  for (const name of ['bin/gbuild', 'dist/bundle/main.js', 'share/lxc/session.sh', 'npm-shrinkwrap.json']) {
    expect(names).toContain(`package/${name}`);
  }
  expect(names.filter((name) => /\.tsbuildinfo|node_modules|\/test\/|\.tgz/.test(name ?? ''))).toEqual([]);
  const bytes = execFileSync('tar', ['--extract', '--to-stdout', '--file', packages[1] ?? ''], {
    maxBuffer: 1 << 26,
  });
  expect(bytes.includes(folder)).toBe(false);
});

it('a package runs with the dependencies of its lock file, none of whose install scripts ran (skipped without a registry or npm cache)', (context) => {
  const place = join(folder, 'installed');
  mkdirSync(place);
  execFileSync('tar', ['--extract', '--strip-components=1', '-C', place, '--file', packages[0] ?? '']);
  const words = ['ci', '--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  const { status, stderr } = spawnSync('npm', [...words, '--loglevel=error'], {
    cwd: place,
    encoding: 'utf8',
  });
  if (isWithoutRegistry(stderr)) return context.skip(stderr);
  expect([status, stderr]).toEqual([0, '']);
  for (const [name, path] of Object.entries(manifest().bin)) {
    const help = spawnSync(join(place, path), ['--help'], { encoding: 'utf8' });
    expect([help.status, help.stderr, help.stdout.split(' ').slice(0, 2)]).toEqual([0, '', ['Usage:', name]]);
  }
  // ssh2 has an optional part to compile, and does without.
  const loads = "await import('ssh2'); await import('openpgp');";
  expect(spawnSync('node', ['--input-type=module', '--eval', loads], { cwd: place }).status).toBe(0);
});

it('npm installs its commands and man pages where it is told (skipped without a registry or npm cache)', (context) => {
  const prefix = join(folder, 'prefix');
  const words = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stderr } = spawnSync(
    'npm',
    ['install', '--global', '--prefix', prefix, ...words, packages[0] ?? ''],
    { cwd: folder, encoding: 'utf8' },
  );
  if (isWithoutRegistry(stderr)) return context.skip(stderr);
  expect([status, stderr]).toEqual([0, '']);
  for (const name of Object.keys(manifest().bin)) {
    const help = spawnSync(join(prefix, 'bin', name), ['--help'], { encoding: 'utf8' });
    expect([help.status, help.stderr]).toEqual([0, '']);
  }
  const linked = [1, 5].flatMap((section) => readdirSync(join(prefix, `share/man/man${String(section)}`)));
  expect(linked.sort()).toEqual(readdirSync(join(project, 'share/man')).sort());
});
