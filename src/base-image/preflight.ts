import { access, constants, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { failure } from '../core/errors/gitian-error.js';
import { hostRuns } from '../core/host-programs.js';
import { run } from '../core/process.js';

/** A program that making an image needs, and the Debian package that has it. */
export interface NeededTool {
  readonly program: string;
  readonly pkg: string;
}

const always: readonly NeededTool[] = [
  { program: 'mmdebstrap', pkg: 'mmdebstrap' },
  { program: 'apt-get', pkg: 'apt' },
  { program: 'dpkg-query', pkg: 'dpkg' },
  { program: 'tar', pkg: 'tar' },
  { program: 'unshare', pkg: 'util-linux' },
];

const withoutRoot: readonly NeededTool[] = [{ program: 'newuidmap', pkg: 'uidmap' }];

/** Holds what must be true of this host before anything is started. `path` is where programs are looked for. */
export async function preflight(
  tools: readonly NeededTool[],
  path: string,
  architecture: string,
): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  if (!(await hostRuns(architecture))) throw failure('base-host-foreign', { architecture });
  const missing = await missingTools([...always, ...tools, ...(isRoot ? [] : withoutRoot)], path);
  if (missing.length > 0) {
    throw failure('tool-missing', {
      tools: missing.map(({ program }) => program),
      packages: [...new Set(missing.map(({ pkg }) => pkg))],
    });
  }
  if (isRoot) return;
  const user = userInfo().username;
  for (const file of ['/etc/subuid', '/etc/subgid']) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (idRange(text, user) < 65_536) throw failure('base-ids-missing', { user, file });
  }
  await tryNamespaces();
}

/** Those of `tools` that aren't on `path`, nor where administrators' programs are. */
export async function missingTools(tools: readonly NeededTool[], path: string): Promise<NeededTool[]> {
  const directories = [...path.split(':').filter((part) => part !== ''), '/usr/sbin', '/sbin'];
  const found = await Promise.all(tools.map(({ program }) => isIn(directories, program)));
  return tools.filter((_, index) => found[index] === false);
}

/** How many subordinate ids the first line for `user` gives, which is the one that mmdebstrap takes. */
export function idRange(text: string, user: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${user}:`));
  return Number(line?.split(':')[2] ?? 0) || 0;
}

async function isIn(directories: readonly string[], program: string): Promise<boolean> {
  for (const directory of directories) {
    const found = await access(join(directory, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}

async function tryNamespaces(): Promise<void> {
  const tried = await run({ program: 'mmdebstrap', args: ['--unshare-helper', 'true'], check: false });
  if (tried.exitCode === 0) return;
  const said = tried.stderr.split('\n').find((line) => line.startsWith('E: '));
  throw failure('base-namespaces-refused', {
    reason: (await forbidden()) ?? said?.slice(3) ?? 'unshare failed',
  });
}

/** The kernel's switches that forbid user namespaces, and their values that do. */
const switches: readonly (readonly [name: string, forbidding: string])[] = [
  ['kernel.unprivileged_userns_clone', '0'],
  ['user.max_user_namespaces', '0'],
  ['kernel.apparmor_restrict_unprivileged_userns', '1'],
];

async function forbidden(): Promise<string | undefined> {
  for (const [name, forbidding] of switches) {
    const value = await readFile(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').catch(() => '');
    if (value.trim() === forbidding) return `${name} is ${forbidding}`;
  }
  return undefined;
}
