import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { CommandName } from '../../../../src/cli/command-files.js';
import { baseImages, filesOfImage } from '../../base-image.js';
import { BuildWorkspace } from '../../workspaces/build-workspace.js';
import { standInEnvironment } from '../../virtualbox/environment.js';
import { VirtualBoxHome } from '../../virtualbox/home.js';
import { backendSettings, type QuickBackend } from '../build/backend.js';

/** The test's base image with an apt that knows no archive, so that it has next to nothing to read; kept beside it. */
export async function quickImage(backend: QuickBackend): Promise<string> {
  const [image = ''] = baseImages('bookworm', ['amd64'], backend);
  const folder = join(dirname(image), 'quick');
  mkdirSync(folder, { recursive: true });
  const result = join(folder, basename(image));
  if (backend === 'kvm') await quickMachine(image, result);
  else quickRoot(image, result);
  return result;
}

/** A user's VirtualBox, whose machine has such an apt in its snapshot. */
export async function quickVirtualBox(): Promise<VirtualBoxHome> {
  const home = new VirtualBoxHome();
  await using workspace = await BuildWorkspace.create([home.image]);
  const run = runner(workspace, { ...backendSettings.vbox, ...standInEnvironment(home.path) });
  await startQuick(run);
  home.retakeSnapshot();
  await run('stop-target', []);
  return home;
}

function quickRoot(image: string, result: string): void {
  const script = join(import.meta.dirname, 'quick-image.sh');
  const once = '[ -e "$1" ] || exec sh "$0" "$2" "$1"';
  execFileSync('flock', [`${result}.lock`, 'sh', '-c', once, script, result, image]);
}

/** Nor does it ask packages for their questions beforehand, for which an emulated processor takes seconds. */
const forgetArchives = `: >/etc/apt/sources.list && rm -rf /etc/apt/sources.list.d/* /var/lib/apt/lists/* &&
rm -f /etc/apt/apt.conf.d/70debconf &&
mkdir -p /var/lib/apt/lists/partial &&
printf '%s\\n' 'Acquire::http::Timeout "2";' 'Acquire::Retries::Delay "false";' >/etc/apt/apt.conf.d/99test && sync`;

type Run = (command: CommandName, args: readonly string[]) => Promise<void>;

const runner =
  (workspace: BuildWorkspace, env: Readonly<Record<string, string>>): Run =>
  async (command, args) => {
    const { exitCode, stderr } = await workspace.run(command, args, env);
    if (exitCode !== 0) throw new Error(stderr);
  };

/** Starts a machine, and changes it. */
async function startQuick(run: Run): Promise<void> {
  await run('make-clean-vm', ['--suite', 'bookworm', '--arch', 'amd64']);
  await run('start-target', ['64', 'bookworm-amd64']);
  await run('on-target', ['-u', 'root', forgetArchives]);
}

/** A machine is booted, changed and powered off; its disk is the new image. */
async function quickMachine(image: string, result: string): Promise<void> {
  if (existsSync(result)) return;
  await using workspace = await BuildWorkspace.create([image]);
  const run = runner(workspace, backendSettings.kvm);
  await startQuick(run);
  await run('stop-target', []);
  for (const { file, place } of filesOfImage(image)) {
    const to = join(dirname(result), place);
    mkdirSync(dirname(to), { recursive: true });
    if (file === image || existsSync(to)) continue;
    if (!file.endsWith('.json')) linkSync(file, to);
    else writeFileSync(to, withoutSources(readFileSync(file, 'utf8')));
  }
  const disk = join(workspace.path, 'target-bookworm-amd64.qcow2');
  execFileSync('qemu-img', ['convert', '-O', 'qcow2', disk, `${result}.new`]);
  renameSync(`${result}.new`, result);
}

function withoutSources(text: string): string {
  const record = JSON.parse(text) as { sources: object };
  return JSON.stringify({ ...record, sources: { ...record.sources, installed: [], guest: [] } });
}
