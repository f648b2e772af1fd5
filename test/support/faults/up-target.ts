import { execFileSync } from 'node:child_process';
import type { BuildWorkspace } from '../workspaces/build-workspace.js';

/** What a workspace says of the target that is up in it. */
export interface UpTarget {
  readonly process: { readonly pid: number; readonly bootId: string };
  readonly details: { readonly init: { readonly pid: number } };
}

/** A program that a target doesn't outlive: its init or its QEMU, the one behind a container's network, or the one that keeps it. */
export type Vital = 'init' | 'slirp4netns' | 'session';

/** The container that is up in a workspace. */
export function upTarget(workspace: BuildWorkspace): UpTarget {
  return JSON.parse(workspace.read('var/target.json')) as UpTarget;
}

/** Kills a part of the container that is up in a workspace. */
export function killVital(workspace: BuildWorkspace, what: Vital): void {
  const { process: session, details } = upTarget(workspace);
  if (what === 'init') process.kill(details.init.pid, 'SIGKILL');
  else if (what === 'session') process.kill(session.pid, 'SIGKILL');
  else execFileSync('pkill', ['-KILL', '-f', '--', `^slirp4netns .* ${String(details.init.pid)} tap0$`]);
}
