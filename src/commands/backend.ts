import { cacheFolder } from '../core/cache-folder.js';
import { failure } from '../core/errors/gitian-error.js';
import { Workspace } from '../core/workspace.js';
import type { Emit } from '../core/events.js';
import { makeDriver } from '../target/registry.js';
import type { BackendName, TargetDriver, TargetHost, TargetSettings } from '../target/target.js';
import type { CommandContext } from './command.js';
import { gitianBase } from './gitian-base.js';
import { isOn, setting } from './settings.js';

type Environment = CommandContext['env'];

/** A target's world and the driver of the backend that the environment chooses. */
export interface ChosenBackend extends TargetHost {
  readonly driver: TargetDriver;
}

/** The backend for this call, in the workspace that is the current directory. */
export async function chosenBackend(context: CommandContext, emit: Emit): Promise<ChosenBackend> {
  const host: TargetHost = {
    workspace: new Workspace(context.cwd, gitianBase(context)),
    emit,
    signal: context.signal,
    settings: targetSettings(context.env),
  };
  return { ...host, driver: await makeDriver(backendName(context.env), host) };
}

/** The variables that choose a backend, and what each chooses. */
const switches: Readonly<Record<string, BackendName | undefined>> = {
  USE_LXC: 'lxc',
  USE_VBOX: 'vbox',
  USE_DOCKER: undefined,
};

/** Which backend the environment asks for; the only one there is where it doesn't say. */
export function backendName(env: Environment): BackendName {
  const asked = Object.keys(switches).find((name) => isOn(env[name]));
  if (asked === undefined) return 'lxc';
  const name = switches[asked];
  if (name === undefined) throw failure('backend-unknown', { asked });
  return name;
}

/** What the environment says about targets; see docs/backends.md. */
function targetSettings(env: Environment): TargetSettings {
  const mirror = setting(env['MIRROR_HOST']);
  return {
    bridge: setting(env['LXC_BRIDGE']),
    guestAddress: setting(env['LXC_GUEST_IP']) ?? '10.0.2.5',
    hostAddress: setting(env['GITIAN_HOST_IP']) ?? '10.0.2.2',
    // A package cache that listens on this host's loopback has to be reached by the guest's apt.
    reachesHostLoopback: mirror === '127.0.0.1' || mirror === 'localhost',
    hostPort: mirror === undefined ? undefined : 3142,
    privileged: isOn(env['LXC_PRIVILEGED']),
    qemu: setting(env['KVM']),
    acceleration: setting(env['GITIAN_ACCEL']),
    cache: cacheFolder(env),
    runtime: setting(env['XDG_RUNTIME_DIR']),
  };
}
