import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { mountNamespaceOf } from './mount-namespace.js';

/** What is there in the place of a program: a program of its name that knows no option. */
export type Replacement = 'nothing' | 'another version';

/** Whose programs are replaced: those of the mount namespace of a process. The folder is for what that takes. */
export interface Namespace {
  readonly pid: number;
  readonly folder: string;
}

/** Takes a program away from a mount namespace, or puts another in its place. Needs root. */
export function replaceProgram(within: Namespace, path: string, by: Replacement): void {
  run(within, ['sh', '-ec', by === 'nothing' ? takeAway : putAnother], path);
}

/** Gives it back. */
export function restoreProgram(within: Namespace, path: string): void {
  run(within, ['sh', '-c', giveBack], path);
}

function run({ pid, folder }: Namespace, shell: readonly string[], path: string): void {
  if (mountNamespaceOf(pid) === mountNamespaceOf('self'))
    throw new Error(`process ${String(pid)} has the host's mounts`);
  const words = ['--target', String(pid), '--mount', '--', ...shell, path, dirname(path), folder];
  execFileSync('nsenter', words, { stdio: 'ignore' });
}

// Arguments: the program, its folder, and a folder that may be written to.
const takeAway = `
  mkdir -p "$2/without"
  mount -t tmpfs tmpfs "$2/without"
  mkdir "$2/without/upper" "$2/without/work"
  mount -t overlay -o "lowerdir=$1,upperdir=$2/without/upper,workdir=$2/without/work" overlay "$1"
  rm "$0"`;
const putAnother = `
  mkdir -p "$2"
  printf '#!/bin/sh\\necho "\${0##*/}: unknown option -- $1" >&2\\nexit 64\\n' >"$2/other"
  chmod 755 "$2/other"
  mount --bind "$2/other" "$0"`;
const giveBack = `umount "$0" 2>/dev/null || { umount -l "$1" && umount -l "$2/without"; }`;
