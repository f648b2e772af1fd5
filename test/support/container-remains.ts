import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containerName, lxcPath, runFolder } from '../../src/target/lxc/container.js';
import { processesThat, readIfThere } from './processes.js';

/** Everything of a workspace's container that is outside of the workspace: nothing, when none is up. */
export function containerRemains(root: string): string[] {
  const name = containerName(root);
  return [
    ...processesThat(belongsTo(name, root)),
    ...[runFolder(name), `/run/lxc/lock${lxcPath}/.${name}`].filter((path) => existsSync(path)),
    ...controlGroupsOf(name),
    ...readdirSync(tmpdir()).filter((entry) => entry.startsWith(name)),
    ...linesWith(readFileSync('/proc/net/unix', 'utf8'), name),
    ...linesWith(loopDevices(), root),
  ];
}

/**
 * Files in use as disks, but for those that end with the last that uses them: one is shared by all mounts of a file, and
 * so with containers of other workspaces whose image is a second name of this one's. A mount that is left is seen by
 * the process that has it.
 */
function loopDevices(): string {
  const list = execFileSync('losetup', ['--list', '--noheadings', '-O', 'AUTOCLEAR,BACK-FILE'], {
    encoding: 'utf8',
  });
  return list
    .split('\n')
    .filter((line) => !/^ *1 /.test(line))
    .join('\n');
}

/** Whether a process is in the container, holds its mounts, or was started for it. */
function belongsTo(name: string, root: string): (words: string, pid: string) => boolean {
  return (words, pid) =>
    words.includes(name) ||
    words.includes(root) ||
    ['mountinfo', 'cgroup'].some((file) => readIfThere(`/proc/${pid}/${file}`).includes(name));
}

function controlGroupsOf(name: string): string[] {
  const top = '/sys/fs/cgroup';
  const folders = [
    top,
    ...readdirSync(top, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [join(top, entry.name)] : [],
    ),
  ];
  return folders.flatMap((folder) =>
    namesIn(folder)
      .filter((entry) => entry.includes(name))
      .map((entry) => join(folder, entry)),
  );
}

/** The control groups in one; none in one of another test's that goes while this looks. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linesWith(text: string, what: string): string[] {
  return text.split('\n').filter((line) => line.includes(what));
}
