import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Switches of the kernel that keep others than root from making user namespaces, and their values that do. */
const switches: readonly (readonly [name: string, forbidding: string])[] = [
  ['kernel.unprivileged_userns_clone', '0'],
  ['user.max_user_namespaces', '0'],
  ['kernel.apparmor_restrict_unprivileged_userns', '1'],
];

/** A switch of the kernel, as `sysctl` names it, and its value. */
export interface KernelSwitch {
  readonly name: string;
  readonly value: string;
}

/** The first switch that forbids this host's ordinary users to make user namespaces; undefined where none does. */
export async function forbidsUserNamespaces(folder = '/proc/sys'): Promise<KernelSwitch | undefined> {
  for (const [name, forbidding] of switches) {
    // A kernel has only those that it was built with.
    const value = await readFile(join(folder, name.replaceAll('.', '/')), 'utf8').catch(() => '');
    if (value.trim() === forbidding) return { name, value: forbidding };
  }
  return undefined;
}
