import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArchiveServer } from '../../support/servers/archive-server.js';
import { baseImages, cannotBuild } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';
import type { Outcome } from '../../support/commands.js';
import { sha256 } from '../../support/digest.js';

const host = 'packages.example';
const deb = '/pool/main/g/greeting/greeting_1_all.deb';

/** A package that brings one file. */
function packageFile(folder: string, content: string): Buffer {
  const root = join(folder, 'root');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, 'DEBIAN'), { recursive: true });
  mkdirSync(join(root, 'usr/share'), { recursive: true });
  writeFileSync(
    join(root, 'DEBIAN/control'),
    'Package: greeting\nVersion: 1\nArchitecture: all\nMaintainer: M <m@localhost>\nDescription: text\n',
  );
  writeFileSync(join(root, 'usr/share/greeting'), content);
  execFileSync('dpkg-deb', ['--build', '--root-owner-group', '-Zgzip', root, join(folder, 'greeting.deb')], {
    stdio: 'ignore',
  });
  return readFileSync(join(folder, 'greeting.deb'));
}

describe.skipIf(cannotBuild)('packages of a build, through the package cache (root or sudo)', () => {
  let folder: string;
  let archive: ArchiveServer;
  let here: BuildWorkspace;
  let greeting: Buffer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gitian-archive-'));
    here = await BuildWorkspace.create(baseImages('bookworm', ['amd64']));
    archive = await ArchiveServer.start(host);
    greeting = packageFile(folder, 'hello\n');
    archive.put(deb, greeting);
    archive.put(
      '/Packages',
      `Package: greeting\nVersion: 1\nArchitecture: all\nMaintainer: M <m@localhost>\nDescription: text\n` +
        `Filename: .${deb}\nSize: ${String(greeting.length)}\nSHA256: ${sha256(greeting)}\n`,
    );
  });
  afterAll(async () => {
    await here[Symbol.asyncDispose]();
    await archive[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** Builds with the package; the archive is this host's proxy, so all that is asked for is seen. */
  const build = async (args: readonly string[] = [], packages = 'greeting'): Promise<Outcome> => {
    const file = await here.descriptor({
      name: 'greeting',
      more:
        `packages: [${packages}]\n` +
        `repositories:\n- source: deb [trusted=yes] http://${host} ./\n  distribution: here\n  packages: []\n`,
      script: 'cp /usr/share/greeting $OUTDIR/',
    });
    return here.run('gbuild', ['-q', '--no-layer', ...args, file], {
      GITIAN_CACHE: join(folder, 'cache'),
      http_proxy: archive.origin,
    });
  };

  it('are fetched by the first build, and by no other', async () => {
    const first = await build();
    expect([first.exitCode, first.stderr]).toEqual([0, '']);
    expect(here.read('build/out/greeting')).toBe('hello\n');
    expect(here.read('var/base-bookworm-amd64.manifest')).toContain(
      `${sha256(greeting)}  greeting_1_all.deb\n`,
    );
    expect(archive.seen(/\.deb$/).length).toBeGreaterThan(0);
    const before = archive.seen().length;
    const manifest = here.read('var/base-bookworm-amd64.manifest');
    expect((await build()).exitCode).toBe(0);
    const later = archive.seen().slice(before);
    expect(later.filter(({ url }) => url.endsWith('.deb') || url.includes('/by-hash/'))).toEqual([]);
    // What can have changed is asked for on a condition, where the archive says what that could be.
    const own = later.filter(({ url }) => url === `http://${host}/Packages`);
    expect(own.map(({ status }) => status)).toEqual([304]);
    expect(here.read('var/base-bookworm-amd64.manifest')).toBe(manifest);
  });

  it('come from the cache alone with --offline, which says what it does not have', async () => {
    const before = archive.seen().length;
    expect(await build(['--offline'])).toMatchObject({ exitCode: 0, stderr: '' });
    const { exitCode, stderr } = await build(['--offline'], 'greeting, zip');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^gbuild: "Installing additional packages" failed: the package cache doesn't have "zip_[^"]+\.deb"\n/,
    );
    expect(stderr).toContain('\nhint: build once without --offline\n');
    expect(archive.seen()).toHaveLength(before);
  });

  it('that an archive has sent wrong are fetched once more, and fail the build if they stay wrong', async () => {
    const lies = packageFile(folder, 'HELLO\n');
    rmSync(join(folder, 'cache/packages/index'), { recursive: true });
    archive.misbehave(deb, (_request, response, { good, count }) => {
      if (count === 0) response.end(lies);
      else good();
    });
    expect(await build()).toMatchObject({ exitCode: 0, stderr: '' });
    expect(here.read('build/out/greeting')).toBe('hello\n');
    rmSync(join(folder, 'cache/packages/index'), { recursive: true });
    archive.misbehave(deb, (_request, response) => response.end(lies));
    const { exitCode, stderr } = await build();
    expect(exitCode).toBe(1);
    expect(stderr).toContain("the archive's indexes don't fit together just now");
  });

  it('fail the build in one sentence when the archive is out of reach', async () => {
    archive.misbehave('/InRelease', (_request, response) => response.writeHead(500).end());
    const { exitCode, stderr } = await build();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^gbuild: "Updating apt-get repository" failed: the archive "packages\.example" can't give "InRelease": the server says 500 \(it has an error\)\n/,
    );
    expect(await here.remains()).toEqual([]);
  });
});
