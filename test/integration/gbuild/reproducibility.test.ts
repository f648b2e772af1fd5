import { chownSync, mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { readReport } from '../../../src/assertion/read.js';
import { baseImages, cannotBuild, runsI386 } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/build-workspace.js';
import { executable, type Outcome } from '../../support/commands.js';
import { helloExample } from '../../support/hello.js';
import { noOrdinaryUser, OrdinaryUser } from '../../support/ordinary-user.js';
import { outcomeOf } from '../../support/running-command.js';
import { triesAll } from '../../support/tries-all.js';

const architectures = ['amd64', ...(runsI386 ? ['i386'] : [])];

// Both at once: one is a process after the other, so they hardly hold each other up.
describe.skipIf(cannotBuild).concurrent('GNU hello (root or sudo)', () => {
  let user: OrdinaryUser | undefined;
  beforeAll(() => {
    if (noOrdinaryUser === undefined) user = new OrdinaryUser();
  });
  afterAll(() => {
    user?.[Symbol.dispose]();
  });

  it.for(architectures)(
    'is the same bytes in every build on %s, elsewhere and by an ordinary user too',
    { timeout: 900_000 },
    async (architecture, { expect }) => {
      const images = baseImages('bookworm', [architecture]);
      const manifests: string[] = [];
      const build = async (here: BuildWorkspace, run: () => Promise<Outcome>): Promise<void> => {
        const { exitCode, stderr } = await run();
        expect(exitCode, stderr).toBe(0);
        manifests.push(await outManifest(here));
      };
      await using here = await BuildWorkspace.create(images);
      const descriptor = helloExample(here.path, architecture);
      await build(here, async () => here.run('gbuild', [descriptor]));
      if (triesAll) await build(here, async () => here.run('gbuild', [descriptor]));
      await using theirs = await BuildWorkspace.create(images, user?.home, "gitian's other, längerer path: ");
      helloExample(theirs.path, architecture);
      const again = async (): Promise<Outcome> =>
        user === undefined ? theirs.run('gbuild', [descriptor]) : byUser(user, theirs, descriptor);
      await build(theirs, again);
      if (triesAll) await build(theirs, again);
      expect(manifests[0]).toMatch(/^[0-9a-f]{64} {2}hello-2\.10-linux(?:64|32)\.tar\.gz\n$/);
      expect(new Set(manifests).size).toBe(1);
      expect(await theirs.remains()).toEqual([]);
    },
  );

  it.skipIf(runsI386)('is the same bytes in every build on i386 (the kernel has to run 32-bit programs)');
});

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
