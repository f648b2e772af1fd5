import { readFile } from 'node:fs/promises';
import { packageFile } from '../../../core/package-files.js';
import type { Privilege } from '../../../core/processes/privilege.js';
import type { GuestUser } from '../../guest-users.js';
import type { ProcessIdentity } from '../../../core/processes/process-identity.js';
import type { HostFiles } from '../../target.js';
import { idsOfContainer } from './first-id.js';
import { runPrivileged } from './privileged-run.js';

/** Where files are put: folders of the guest, the second one below the first unless it is absolute, and whose they become. */
export interface GuestPlace {
  readonly init: ProcessIdentity;
  readonly home: string;
  readonly to: string;
  readonly user: GuestUser;
}

/** Copies files of the host into a container; see `share/lxc/put.pl`. False where that can't be done: a stream has to. */
export async function putFiles(
  { directory, names }: HostFiles,
  { init, home, to, user }: GuestPlace,
  { privilege, signal }: { readonly privilege: Privilege; readonly signal: AbortSignal },
): Promise<boolean> {
  const first = await firstId(init);
  if (first === undefined) return false;
  // The guest's files of users say any number, and one beyond its own would be somebody's of the host.
  if ([user.uid, ...user.groups].some((id) => id >= idsOfContainer)) return false;
  const place = to.startsWith('/') ? [to] : [home, to];
  const groups = user.groups.map((id) => id + first);
  const who = [idsOf(user.uid + first, groups), idsOf(process.getuid?.() ?? 0, ownGroups())];
  const { exitCode } = await runPrivileged(
    {
      program: 'perl',
      args: [packageFile('share/lxc/put.pl'), String(init.pid), init.startTime, ...who, directory, ...place],
      stdin: Buffer.from(names.map((name) => `${name}\0`).join('')),
      signal,
    },
    privilege,
  );
  return exitCode === 0;
}

/** The host's id for root of the container; undefined when the container has gone. */
async function firstId({ pid }: ProcessIdentity): Promise<number | undefined> {
  const map = await readFile(`/proc/${String(pid)}/uid_map`, 'utf8').catch(() => '');
  const [, first] = /^ *0 +(\d+) /.exec(map) ?? [];
  return first === undefined ? undefined : Number(first);
}

function ownGroups(): readonly number[] {
  const gid = process.getgid?.() ?? 0;
  return [gid, ...(process.getgroups?.() ?? [])];
}

function idsOf(uid: number, groups: readonly number[]): string {
  return `${String(uid)}:${groups.join(',')}`;
}
