import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { imageKinds, type ImageBackend } from '../../src/base-image/image-kinds.js';
import { hostRuns } from '../../src/core/processes/host-programs.js';
import { executable, project } from './commands.js';
import { standInEnvironment, standInFolders } from './virtualbox/environment.js';

/** Whether the tests are run by root. */
export const isRoot = process.getuid?.() === 0;

/** Whether there is neither root nor sudo, or no LXC: then nothing can be built here. */
export const cannotBuild =
  !(isRoot || succeeds('sudo', ['-n', '--', 'true'])) ||
  !succeeds('sh', ['-c', 'command -v lxc-start slirp4netns catatonit']);

/** Whether base images for machines can't be made here. */
export const cannotMakeMachines = !succeeds('sh', [
  '-c',
  'PATH=$PATH:/usr/sbin:/sbin; command -v mmdebstrap mke2fs qemu-img cpio zstd ssh-keygen',
]);

/** Whether this host's kernel runs i386 programs; there are kernels that leave them out. */
export const runsI386 = await hostRuns('i386');

/** What tests keep for their next run. */
const testCache = process.env['GITIAN_TEST_CACHE'] ?? join(tmpdir(), 'gitian-test-cache');

/**
 * Real base images of Debian, made with make-base-vm when they are first asked for, and kept for the next run of the
 * tests in `$GITIAN_TEST_CACHE` or the temporary folder. Returns their paths. The key that the images for
 * machines let in is in the folder `var` beside them. They are of the release alone: that is in
 * step with itself on every mirror, which can't be said of the security archive at any time of day.
 */
export function baseImages(
  suite: string,
  architectures: readonly string[],
  backend: ImageBackend = 'lxc',
): string[] {
  const folder = join(testCache, recipe(backend === 'vbox' ? standInFolders : []));
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  return architectures.map((architecture) => {
    const name = `base-${suite}-${architecture}${imageKinds[backend].ending}`;
    const options = ['--without-updates', '--distro', 'debian', '--suite', suite, '--arch', architecture];
    const make = [executable('make-base-vm'), ...options];
    const elsewhere = backend === 'lxc' && ordinaryUserMakes;
    const words = elsewhere ? ['sh', byOrdinaryUser, name, ...make] : make;
    // Test files may ask at the same time; the second one finds what the first has made. In one folder the images of a
    // suite and architecture are made one after the other, of whichever backend.
    const unlessThere = ['sh', '-c', '[ -e "$0" ] || exec "$@"', name];
    const lock = elsewhere ? `${name}.lock` : `base-${suite}-${architecture}.making`;
    execFileSync('flock', [lock, ...unlessThere, ...words], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        ...{ USE_LXC: '', USE_VBOX: '', USE_DOCKER: '', ...switches[backend] },
        ...(backend === 'vbox' ? standInEnvironment(join(folder, 'virtualbox')) : {}),
      },
    });
    return join(folder, name);
  });
}

/** Whether other users may read this project: a clone may lie in a folder that is root's alone. */
export const othersMayRead =
  isRoot &&
  succeeds('setpriv', [
    ...['--reuid=65534', '--regid=65534', '--clear-groups', '--'],
    ...['test', '-r', join(project, 'package.json')],
  ]);

/** Whether an ordinary user makes the images of containers. */
export const ordinaryUserMakes =
  othersMayRead && succeeds('sh', ['-c', 'command -v useradd userdel newuidmap']);

const byOrdinaryUser = join(project, 'test/support/make-as-ordinary-user.sh');

/** How the environment chooses a backend. */
const switches: Readonly<Record<ImageBackend, Readonly<Record<string, string>>>> = {
  lxc: { USE_LXC: '1' },
  kvm: {},
  vbox: { USE_VBOX: '1' },
};

/** Every file that belongs to a base image, and where it is in a workspace: record, kernel and the key among them. */
export function filesOfImage(image: string): { readonly file: string; readonly place: string }[] {
  const folder = dirname(image);
  const stem = basename(image).replace(/\.(qcow2|vdi)$/, '');
  const isMachine = stem !== basename(image);
  const names = [basename(image), `${basename(image)}.json`];
  if (isMachine) names.push(`${stem}.vmlinuz`, `${stem}.initrd`, 'var/id_rsa', 'var/id_rsa.pub');
  return names.map((place) => ({ file: join(folder, place), place })).filter(({ file }) => existsSync(file));
}

/** Changes with everything that base images are made by. */
function recipe(more: readonly string[]): string {
  const hash = createHash('sha256').update(ordinaryUserMakes ? readFileSync(byOrdinaryUser) : '');
  for (const folder of ['src/base-image', 'share/base-image', 'target-bin', ...more]) {
    for (const name of readdirSync(join(project, folder), { encoding: 'utf8', recursive: true }).sort()) {
      const path = join(project, folder, name);
      if (statSync(path).isFile()) hash.update(name).update(readFileSync(path));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function succeeds(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/** Where machines that were saved by one test are found by the next. */
export const machineStates = join(testCache, 'states');
