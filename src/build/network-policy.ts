import { CleanUp } from '../core/clean-up.js';
import { failure } from '../core/errors/gitian-error.js';
import type { Emit } from '../core/events.js';
import { cutsNetwork } from '../target/cuts-network.js';
import type { StartedTarget, TargetDriver } from '../target/target.js';
import type { Archives } from './archives/archives.js';

/** What a build script may reach: what the backend's network does, the package cache alone, or nothing. */
export const networkPolicies = ['full', 'packages', 'none'] as const;

/** One of {@link networkPolicies}. */
export type NetworkPolicy = (typeof networkPolicies)[number];

/** What a policy is carried out with. */
export interface PolicyPlace {
  readonly target: StartedTarget;
  readonly archives: Archives;
  readonly emit: Emit;
}

/** Throws unless the policy can be had of this backend, with this package cache or none. */
export function demandPolicy(policy: NetworkPolicy, driver: TargetDriver, archives: Archives): void {
  if (policy === 'full') return;
  if (driver.features.cutsNetwork !== true) {
    throw failure('network-uncuttable', { policy, backend: driver.name });
  }
  if (policy === 'packages' && !archives.areCached) throw failure('network-packages-without-cache', {});
}

/**
 * Holds the target to a policy for its script: until the result is disposed if it stays up then, else to its end, so
 * that what the script has left running gets no network while the results are taken.
 */
export async function holdForScript(
  policy: NetworkPolicy,
  place: PolicyPlace & { readonly staysUp: boolean },
): Promise<AsyncDisposable> {
  const { target, archives, emit, staysUp } = place;
  const held = new CleanUp(emit);
  if (policy === 'full') return held;
  const network = await cut(target);
  if (staysUp) held.use("give the target's network back", network);
  if (policy === 'none') return held;
  try {
    const { aptOptions } = held.use('close the package cache', await archives.open(target));
    const stdin = Buffer.from(settingsText(aptOptions));
    await target.run(['tee', '--', aptSettings], { user: 'root', stdin });
  } catch (error) {
    await held[Symbol.asyncDispose]();
    throw error;
  }
  if (!staysUp) return held;
  // A target that is lost or interrupted by then needs no settings any more.
  held.add("remove the cache from apt's settings", async () => {
    await target.run(['rm', '-f', '--', aptSettings], { user: 'root' }).catch(() => undefined);
  });
  return held;
}

/**
 * Installs packages, and lists them, with the target's network taken away, whatever the script may reach: they come through
 * the cache alone, where there is one, and nothing that they run is another on another day. Not all backends can do that.
 * Throws also when the network can't be given back.
 */
export async function installHeld(
  { target, archives, emit }: PolicyPlace,
  install: () => Promise<string>,
): Promise<string> {
  if (!archives.areCached || !cutsNetwork(target)) return install();
  await using cleanUp = new CleanUp(emit);
  const network = cleanUp.use("give the target's network back", await target.cutNetwork());
  const manifest = await install();
  cleanUp.commit();
  await network[Symbol.asyncDispose]();
  return manifest;
}

/** The later name wins where others set a proxy. */
const aptSettings = '/etc/apt/apt.conf.d/zz-gitian-network';

/** apt's options, `-o` and `name=value` in turn, as lines of its configuration. */
function settingsText(options: readonly string[]): string {
  return options
    .filter((word) => word !== '-o')
    .map((word) => `${word.replace('=', ' "')}";\n`)
    .join('');
}

async function cut(target: StartedTarget): Promise<AsyncDisposable> {
  if (!cutsNetwork(target)) throw new TypeError('a target that can not do what its driver says');
  return target.cutNetwork();
}
