import { basename } from 'node:path';
import { failure } from '../core/errors/gitian-error.js';
import type { BackendName } from '../target/target.js';
import { backendCalled, type BackendOptions } from './options/backend-option.js';
import type { CommandContext, DefineCommand } from './command.js';
import { gitianBase } from './gitian-base.js';
import { positive } from './options/numbers.js';
import { mirrorHost } from './options/mirror-host.js';
import { proxiesOf } from './options/proxies.js';
import { isOn, setting } from './options/settings.js';

interface MakeBaseVmOptions extends BackendOptions {
  readonly distro?: string;
  readonly suite?: string;
  readonly arch: string;
  readonly disksize?: string;
  readonly lxc?: true;
  readonly vbox?: true;
  readonly docker?: true;
  readonly dockerImageDigest?: string;
  readonly mirror?: readonly string[];
  readonly withoutUpdates?: true;
  readonly quiet?: true;
}

type Backend = BackendName | 'docker';

/** `make-base-vm`: makes the pristine base image of a suite and architecture. */
export const define: DefineCommand = (program, context) =>
  program
    .usage('[options]')
    .description('Makes the pristine base image of a suite and architecture in the current directory.')
    .option('-d, --distro <distro>', "debian or ubuntu (default: $DISTRO, the suite's, or this host's own)")
    .option(
      '-s, --suite <suite>',
      "the release, such as bookworm (default: this host's own, else Ubuntu's newest LTS)",
    )
    .option('-a, --arch <arch>', 'amd64 or i386', 'amd64')
    .option('--disksize <mib>', "size of a machine's disk in MiB; a container has none (default: 12287)")
    .option('--backend <name>', 'kvm, lxc or vbox (default: what the environment chooses, else kvm)')
    .option('--lxc', 'the same as --backend lxc (also: USE_LXC=1)')
    .option('--vbox', 'the same as --backend vbox (also: USE_VBOX=1)')
    .option('--docker', 'for Docker containers: not in this version (also: USE_DOCKER=1)')
    .option('--docker-image-digest <digest>', 'the Docker image to start from: not in this version')
    .option(
      '--mirror <url>',
      'archive to install from; given a second time: archive of the security updates',
      (url: string, before: readonly string[] | undefined) => [...(before ?? []), url],
    )
    .option('--without-updates', 'install the release alone, without its updates and security updates')
    .option('-q, --quiet', 'print nothing but warnings and errors')
    .action(async (options: MakeBaseVmOptions) => {
      await makeBaseVm(options, context);
    });

async function makeBaseVm(options: MakeBaseVmOptions, context: CommandContext): Promise<void> {
  const { env } = context;
  const backend = chosenBackend(options, env);
  if (backend === 'docker') {
    const command = 'for LXC: make-base-vm --lxc';
    throw failure('base-backend-missing', { backend: 'Docker', command });
  }
  const disksize = options.disksize === undefined ? undefined : diskSize(options.disksize);
  const emit = context.speak(options.quiet === true);
  const { chooseBase } = await import('../base-image/choose.js');
  const { hostSystem } = await import('../base-image/host-system.js');
  const { makeBaseImage } = await import('../base-image/make-base-image.js');
  const { hostEnvironment } = await import('../core/processes/process.js');
  const { Workspace } = await import('../core/workspace.js');
  const { version } = await import('../cli/version.js');
  const { machineSize } = await import('./options/machine-size.js');
  const choice = chooseBase(
    {
      distro: options.distro ?? setting(env['DISTRO']),
      suite: options.suite,
      architecture: options.arch,
      updates: options.withoutUpdates !== true,
    },
    await hostSystem(),
  );
  if (disksize !== undefined && backend === 'lxc') {
    emit({
      kind: 'note',
      text: 'A container shares the disk of its host, so --disksize changes nothing for LXC.',
    });
  }
  const { path, record } = await makeBaseImage(
    {
      choice,
      backend,
      disk: disksize ?? usualDisk,
      size: machineSize(env),
      mirrors: {
        given: options.mirror ?? [],
        environment: {
          main: setting(env['GITIAN_MIRROR']),
          security: setting(env['GITIAN_SECURITY_MIRROR']),
        },
        proxy: mirrorHost(env),
        hostAddress: setting(env['GITIAN_HOST_IP']) ?? '10.0.2.2',
      },
      workspace: new Workspace(context.cwd, gitianBase(context)),
      path: hostEnvironment()['PATH'] ?? '',
      memory: process.availableMemory(),
      temporary: setting(env['TMPDIR']),
      proxies: proxyVariables(env),
      version,
    },
    { emit, signal: context.signal },
  );
  const name = basename(path);
  const size = Math.round(record.image.bytes / 2 ** 20);
  const packages = record.packages.length;
  emit({
    kind: 'note',
    text: `${name}: ${String(packages)} packages, ${String(size)} MiB; what they are is in ${name}.json`,
  });
  context.io.stdout.write(`${record.image.sha256}  ${name}\n`);
}

/** The original's size of a disk in MiB. */
const usualDisk = 12_287;

/** A disk has room for a guest and for something to build, and no more than every partition table can hold. */
function diskSize(value: string): number {
  const size = positive(value, '--disksize');
  if (size >= 1024 && size <= 2 ** 21) return size;
  throw failure('usage-bad-value', { what: '--disksize', value, expected: 'from 1024 to 2097152 MiB' });
}

/** The backend that the options name, else the environment, else KVM as ever. */
function chosenBackend(options: MakeBaseVmOptions, env: CommandContext['env']): Backend {
  const { backend } = options;
  const named: { readonly option: string; readonly name: Backend }[] =
    backend === undefined ? [] : [{ option: `--backend ${backend}`, name: backendCalled(backend) }];
  for (const name of ['lxc', 'vbox', 'docker'] as const) {
    if (options[name] === true) named.push({ option: `--${name}`, name });
  }
  const [first, second] = new Set(named.map(({ name }) => name));
  if (second !== undefined) {
    const value = named.map(({ option }) => option).join(' ');
    throw failure('usage-bad-value', { what: 'the backend', value, expected: 'one only' });
  }
  if (first !== undefined) return first;
  if (isOn(env['USE_LXC'])) return 'lxc';
  if (isOn(env['USE_VBOX'])) return 'vbox';
  if (isOn(env['USE_DOCKER'])) return 'docker';
  return 'kvm';
}

/** The variables that say which proxies there are, as other programs are to find them. Throws `usage-bad-value`. */
function proxyVariables(env: CommandContext['env']): Record<string, string> {
  proxiesOf(env);
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]): [string, string][] =>
      value !== undefined && /^(https?|ftp|no|all)_proxy$/i.test(name) ? [[name, value]] : [],
    ),
  );
}
