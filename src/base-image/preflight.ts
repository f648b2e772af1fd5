import { readFile } from 'node:fs/promises';
import { failure } from '../core/errors/gitian-error.js';
import { missingPrograms, programsMissing, tar, type HostProgram } from '../core/processes/find-programs.js';
import { hostRuns } from '../core/processes/host-programs.js';
import { run } from '../core/processes/process.js';
import { forbidsUserNamespaces } from '../core/processes/user-namespaces.js';
import { userName } from '../core/words/user-name.js';

/** What the making of every image starts, but for what every Debian has. */
export const always: readonly HostProgram[] = [
  { program: 'mmdebstrap', package: 'mmdebstrap' },
  { program: 'apt-get', package: 'apt' },
  { program: 'apt-cache', package: 'apt' },
  { program: 'dpkg-query', package: 'dpkg' },
  { program: 'dpkg-deb', package: 'dpkg' },
  { program: 'chroot', package: 'coreutils' },
  tar,
  { program: 'unshare', package: 'util-linux' },
];

const withoutRoot: readonly HostProgram[] = [{ program: 'newuidmap', package: 'uidmap' }];

/** Holds what must be true of this host before anything is started. `path` is where programs are looked for. */
export async function preflight(
  tools: readonly HostProgram[],
  path: string,
  architecture: string,
): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  if (!(await hostRuns(architecture))) throw failure('base-host-foreign', { architecture });
  const missing = await missingPrograms([...always, ...tools, ...(isRoot ? [] : withoutRoot)], path);
  if (missing.length > 0) throw programsMissing(missing);
  if (isRoot) return;
  const user = userName();
  for (const file of ['/etc/subuid', '/etc/subgid']) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (idRange(text, user) < 65_536) throw failure('base-ids-missing', { user, file });
  }
  await tryNamespaces();
}

/** How many subordinate ids the first line for `user` gives, which is the one that mmdebstrap takes. */
export function idRange(text: string, user: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${user}:`));
  return Number(line?.split(':')[2] ?? 0) || 0;
}

async function tryNamespaces(): Promise<void> {
  const tried = await run({ program: 'mmdebstrap', args: ['--unshare-helper', 'true'], check: false });
  if (tried.exitCode === 0) return;
  const said = tried.stderr.split('\n').find((line) => line.startsWith('E: '));
  const forbidding = await forbidsUserNamespaces();
  const reason = forbidding && `${forbidding.name} is ${forbidding.value}`;
  throw failure('base-namespaces-refused', { reason: reason ?? said?.slice(3) ?? 'unshare failed' });
}
