import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readReport } from '../../../src/assertion/read.js';
import { baseImages, cannotBuild, isRoot } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/build-workspace.js';
import { executable } from '../../support/commands.js';
import { helloExample } from '../../support/hello.js';

describe.skipIf(cannotBuild)('GNU hello (root or sudo)', () => {
  it.each(['amd64', 'i386'])('is the same bytes in every build on %s', async (architecture) => {
    const images = baseImages('bookworm', [architecture]);
    const manifests: string[] = [];
    const build = async (here: BuildWorkspace): Promise<void> => {
      const { exitCode, stderr } = await here.run('gbuild', [helloExample(here.path, architecture)]);
      expect(exitCode, stderr).toBe(0);
      manifests.push(outManifest(here));
    };
    await using here = await BuildWorkspace.create(images);
    await build(here);
    await build(here);
    await using elsewhere = await BuildWorkspace.create(images, tmpdir(), "gitian's other, längerer path: ");
    await build(elsewhere);
    await build(elsewhere);
    expect(manifests[0]).toMatch(/^[0-9a-f]{64} {2}hello-2\.10-linux(?:64|32)\.tar\.gz\n$/);
    expect(new Set(manifests).size).toBe(1);
  });

  it.skipIf(!isRoot)('is the same bytes when an ordinary user builds it through sudo (root)', async () => {
    const images = baseImages('bookworm', ['amd64']);
    await using here = await BuildWorkspace.create(images);
    const asRoot = await here.run('gbuild', [helloExample(here.path, 'amd64')]);
    expect(asRoot.exitCode, asRoot.stderr).toBe(0);
    const folder = mkdtempSync(join(tmpdir(), 'gitian-user-'));
    chmodSync(folder, 0o777);
    const user = `gitian-test-${String(process.pid)}`;
    execFileSync('useradd', ['--create-home', '--shell', '/bin/bash', user]);
    execFileSync('tee', [`/etc/sudoers.d/${user}`], {
      input: `${user} ALL=(ALL) NOPASSWD: ALL\n`,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    try {
      await using theirs = await BuildWorkspace.create(images, folder);
      helloExample(theirs.path, 'amd64');
      mkdirSync(join(theirs.path, 'var'));
      execFileSync('chown', ['-R', '--no-dereference', user, theirs.path]);
      execFileSync('runuser', ['-u', user, '--', 'env', 'USE_LXC=1', executable('gbuild'), 'hello.yml'], {
        cwd: theirs.path,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      expect(outManifest(theirs)).toBe(outManifest(here));
      expect(await theirs.remains()).toEqual([]);
    } finally {
      rmSync(`/etc/sudoers.d/${user}`);
      execFileSync('userdel', ['--remove', user], { stdio: 'ignore' });
      rmSync(folder, { recursive: true });
    }
  });
});

function outManifest(workspace: BuildWorkspace): string {
  const path = 'result/hello-res.yml';
  return readReport(Buffer.from(workspace.read(path)), path).outManifest;
}
