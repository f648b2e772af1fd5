import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReport } from '../../../src/assertion/read.js';
import { baseImages, cannotBuild, runsI386 } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';
import { executable, type Outcome } from '../../support/commands.js';
import { helloExample } from '../../support/samples/hello.js';
import { noOrdinaryUser, OrdinaryUser } from '../../support/ordinary-user.js';
import { outcomeOf } from '../../support/running-command.js';
import { triesAll } from '../../support/tries-all.js';

const architectures = ['amd64', ...(runsI386 ? ['i386'] : [])];

// Both at once: one is a process after the other, so they hardly hold each other up.
describe.skipIf(cannotBuild).concurrent('a build (root or sudo)', () => {
  let user: OrdinaryUser | undefined;
  beforeAll(() => {
    if (noOrdinaryUser === undefined) user = new OrdinaryUser();
  });
  afterAll(() => {
    user?.[Symbol.dispose]();
  });

  it('is the same bytes twice, elsewhere and by an ordinary user too', async ({ expect }) => {
    const script = `printf '#include <stdio.h>\nint main(void) { puts(__FILE__); }\n' >hello.c
gcc -g -O2 -o hello hello.c; ar rcs hello.a hello
tar -c --mtime="$REFERENCE_DATETIME" hello hello.a | gzip -n >$OUTDIR/hello.tar.gz`;
    await using room = await places(user, 'amd64');
    for (const place of [room.here, room.theirs]) await place.descriptor({ name: 'hello', script });
    const manifests = [
      await room.build(room.here, 'hello.yml'),
      await room.build(room.here, 'hello.yml'),
      await room.build(room.theirs, 'hello.yml'),
    ];
    expect(manifests[0]).toMatch(/^[0-9a-f]{64} {2}hello\.tar\.gz\n$/);
    expect(new Set(manifests).size).toBe(1);
  });

  // It takes minutes, and "npm run quickstart" builds it too.
  it.skipIf(!triesAll).for(architectures)(
    'of GNU hello is the same bytes every time on %s, elsewhere and by an ordinary user too',
    { timeout: 900_000 },
    async (architecture, { expect }) => {
      await using room = await places(user, architecture);
      for (const { path } of [room.here, room.theirs]) helloExample(path, architecture);
      const manifests: string[] = [];
      for (const place of [room.here, room.here, room.theirs, room.theirs]) {
        manifests.push(await room.build(place, 'hello.yml'));
      }
      expect(manifests[0]).toMatch(/^[0-9a-f]{64} {2}hello-2\.10-linux(?:64|32)\.tar\.gz\n$/);
      expect(new Set(manifests).size).toBe(1);
      const list = execFileSync('sh', ['-c', 'tar --utc -tvzf build/out/hello-*.tar.gz'], {
        cwd: room.theirs.path,
        encoding: 'utf8',
      });
      expect(list.trimEnd().split('\n')).toEqual(
        list.match(/^(?:drwxr-xr-x|-rw[-x]r-[-x]r-[-x]) 0\/0 +\d+ 2014-11-16 12:00 \.\/.*$/gm),
      );
      expect(list).toMatch(/ \.\/usr\/bin\/hello$/m);
      expect(await room.theirs.remains()).toEqual([]);
    },
  );

  it.skipIf(runsI386)(
    'of GNU hello is the same bytes every time on i386 (the kernel has to run 32-bit programs)',
  );
});

/** Two workspaces: one of who runs the tests, and one elsewhere of an ordinary user, if there can be one. */
async function places(user: OrdinaryUser | undefined, architecture: string): Promise<Places> {
  const images = baseImages('bookworm', [architecture]);
  const here = await BuildWorkspace.create(images);
  const theirs = await BuildWorkspace.create(images, user?.home, "gitian's other, längerer path: ");
  return {
    here,
    theirs,
    build: async (place, descriptor) => {
      const isTheirs = user !== undefined && place === theirs;
      const { exitCode, stderr } = await (isTheirs
        ? byUser(user, place, descriptor)
        : place.run('gbuild', [descriptor]));
      expect(exitCode, stderr).toBe(0);
      return outManifest(place);
    },
    [Symbol.asyncDispose]: async () => {
      await here[Symbol.asyncDispose]();
      await theirs[Symbol.asyncDispose]();
    },
  };
}

interface Places extends AsyncDisposable {
  readonly here: BuildWorkspace;
  readonly theirs: BuildWorkspace;
  /** Builds, and returns the manifest of the outputs. */
  readonly build: (place: BuildWorkspace, descriptor: string) => Promise<string>;
}

async function byUser(user: OrdinaryUser, here: BuildWorkspace, descriptor: string): Promise<Outcome> {
  for (const path of [here.path, `${here.path}/inputs`]) chownSync(path, user.uid, user.uid);
  mkdirSync(`${here.path}/var`, { recursive: true });
  chownSync(`${here.path}/var`, user.uid, user.uid);
  return outcomeOf(user.start(here.path, [executable('gbuild'), descriptor]));
}

async function outManifest(workspace: BuildWorkspace): Promise<string> {
  const path = 'result/hello-res.yml';
  return (await readReport(Buffer.from(workspace.read(path)), path)).outManifest;
}
