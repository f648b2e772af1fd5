import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { CommandName } from '../../../src/cli/command-files.js';
import { filesOfImage } from '../base-image.js';
import { BuildWorkspace } from '../build-workspace.js';
import { backendSettings, type FaultyBackend } from './backend.js';

/** The same image with an apt that knows no archive, so that it has next to nothing to read; kept beside it. */
export async function quickImage(image: string, backend: FaultyBackend): Promise<string> {
  const folder = join(dirname(image), 'quick');
  mkdirSync(folder, { recursive: true });
  const result = join(folder, basename(image));
  if (backend === 'kvm') await quickMachine(image, result);
  else quickRoot(image, result);
  return result;
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

/** A machine is booted, changed and powered off; its disk is the new image. */
async function quickMachine(image: string, result: string): Promise<void> {
  if (existsSync(result)) return;
  await using workspace = await BuildWorkspace.create([image]);
  const run = async (command: CommandName, args: readonly string[]): Promise<void> => {
    const { exitCode, stderr } = await workspace.run(command, args, backendSettings.kvm);
    if (exitCode !== 0) throw new Error(stderr);
  };
  await run('make-clean-vm', ['--suite', 'bookworm', '--arch', 'amd64']);
  await run('start-target', ['64', 'bookworm-amd64']);
  await run('on-target', ['-u', 'root', forgetArchives]);
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
