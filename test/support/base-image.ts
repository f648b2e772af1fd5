import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executable, project } from './commands.js';

/** Whether the tests are run by root. */
export const isRoot = process.getuid?.() === 0;

/** Whether there is neither root nor sudo, or no LXC: then nothing can be built here. */
export const cannotBuild =
  !(isRoot || succeeds('sudo', ['-n', '--', 'true'])) ||
  !succeeds('sh', ['-c', 'command -v lxc-start slirp4netns catatonit']);

/**
 * Real base images of Debian, made with make-base-vm when they are first asked for, and kept for the next run of the
 * tests in `$GITIAN_TEST_CACHE` or the temporary folder. Returns their paths. They are of the release alone: that is in
 * step with itself on every mirror, which can't be said of the security archive at any time of day.
 */
export function baseImages(suite: string, architectures: readonly string[]): string[] {
  const folder = join(process.env['GITIAN_TEST_CACHE'] ?? join(tmpdir(), 'gitian-test-cache'), recipe());
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  return architectures.map((architecture) => {
    const name = `base-${suite}-${architecture}`;
    // Test files may ask at the same time; the second one finds what the first has made.
    const script =
      '[ -e "$1" ] || exec "$2" --lxc --without-updates --quiet --distro debian --suite "$3" --arch "$4"';
    execFileSync(
      'flock',
      [join(folder, 'lock'), 'sh', '-c', script, 'sh', name, executable('make-base-vm'), suite, architecture],
      { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    return join(folder, name);
  });
}

/** Changes with everything that base images are made by. */
function recipe(): string {
  const hash = createHash('sha256');
  for (const folder of ['src/base-image', 'share/base-image', 'target-bin']) {
    for (const name of readdirSync(join(project, folder)).sort()) {
      hash.update(name).update(readFileSync(join(project, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function succeeds(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
