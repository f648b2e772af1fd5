import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containerName, lxcPath, runFolder } from '../../src/target/lxc/container.js';
import { isRunning } from './processes.js';

/** Everything of a workspace's container that is outside of the workspace: nothing, when none is up. */
export function containerRemains(root: string): string[] {
  const name = containerName(root);
  return [
    ...processesOf(name, root),
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

/** Processes that are in the container, hold its mounts, or were started for it. */
function processesOf(name: string, root: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((pid) => {
      try {
        const [words, mounts, groups] = ['cmdline', 'mountinfo', 'cgroup'].map((file) =>
          readFileSync(`/proc/${pid}/${file}`, 'utf8'),
        );
        const signs = [
          words?.includes(name),
          words?.includes(root),
          mounts?.includes(name),
          groups?.includes(name),
        ];
        const what = words?.replaceAll('\0', ' ') ?? '';
        return signs.includes(true) && isRunning(Number(pid)) ? [`process ${pid}: ${what}`] : [];
      } catch {
        // It ended while it was looked at.
        return [];
      }
    });
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
    readdirSync(folder)
      .filter((entry) => entry.includes(name))
      .map((entry) => join(folder, entry)),
  );
}

function linesWith(text: string, what: string): string[] {
  return text.split('\n').filter((line) => line.includes(what));
}
