import { cacheFolder } from '../../core/cache-folder.js';
import { failure } from '../../core/errors/gitian-error.js';
import { Workspace, type Configuration } from '../../core/workspace.js';
import type { Emit } from '../../core/events.js';
import { chooseDriver } from '../../target/choose-driver.js';
import { makeDriver } from '../../target/registry.js';
import type { BackendName, TargetDriver, TargetHost, TargetSettings } from '../../target/target.js';
import { backendCalled, type BackendOptions } from './backend-option.js';
import type { CommandContext } from '../command.js';
import { gitianBase } from '../gitian-base.js';
import { mirrorHost } from './mirror-host.js';
import { isOn, setting } from './settings.js';

type Environment = CommandContext['env'];

/** The workspace that is the current directory, and what targets in it depend on. */
export function targetHost(context: CommandContext, emit: Emit): TargetHost {
  return {
    workspace: new Workspace(context.cwd, gitianBase(context)),
    emit,
    signal: context.signal,
    settings: targetSettings(context.env),
  };
}

/** The driver that `--backend` or the environment names, else the one that suits `configurations`. */
export async function chosenDriver(
  host: TargetHost,
  named: BackendName | undefined,
  configurations: readonly Configuration[],
): Promise<TargetDriver> {
  return named === undefined ? chooseDriver(host, configurations) : makeDriver(named, host);
}

/** The variables that choose a backend, and what each chooses. */
const switches: Readonly<Record<string, BackendName | undefined>> = {
  USE_LXC: 'lxc',
  USE_VBOX: 'vbox',
  USE_DOCKER: undefined,
};

/** The backend that a user names: `--backend` goes before the environment, whose variables are the original's. */
export function namedBackend({ backend }: BackendOptions, env: Environment): BackendName | undefined {
  if (backend !== undefined) return backendCalled(backend);
  const asked = Object.keys(switches).find((name) => isOn(env[name]));
  if (asked === undefined) return undefined;
  const name = switches[asked];
  if (name === undefined) throw failure('backend-unknown', { asked });
  return name;
}

/** What the environment says about targets; see docs/backends.md. */
function targetSettings(env: Environment): TargetSettings {
  const mirror = mirrorHost(env);
  return {
    bridge: setting(env['LXC_BRIDGE']),
    guestAddress: setting(env['LXC_GUEST_IP']) ?? '10.0.2.5',
    hostAddress: setting(env['GITIAN_HOST_IP']) ?? '10.0.2.2',
    // A package cache that listens on this host's loopback has to be reached by the guest's apt.
    reachesHostLoopback: mirror !== undefined && ['127.0.0.1', 'localhost', '::1'].includes(mirror),
    hostPort: mirror === undefined ? undefined : 3142,
    privileged: isOn(env['LXC_PRIVILEGED']),
    qemu: setting(env['KVM']),
    acceleration: setting(env['GITIAN_ACCEL']),
    cache: cacheFolder(env),
    runtime: setting(env['XDG_RUNTIME_DIR']),
  };
}
