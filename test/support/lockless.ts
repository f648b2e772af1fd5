import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quoteWord } from '../../src/core/processes/shell-quote.js';

/** Whether strace works here, which has the kernel refuse locks. */
export const canTrace = spawnSync('/usr/bin/strace', ['-f', '-o', '/dev/null', 'true']).status === 0;

/** Storage without locks, for commands that run with its `path`. */
export interface Lockless {
  /** A `PATH` whose flock is told by the kernel that there are no locks in the place; elsewhere it is the host's. */
  readonly path: string;
  /** How often it was told so. */
  readonly refusals: () => number;
}

/** Makes what lies in `place` storage without locks, as `error` says; `bin`, which is made, is for the programs of that. */
export function lockless(place: string, bin: string, error = 'ENOLCK'): Lockless {
  const log = join(bin, 'refusals');
  mkdirSync(bin);
  // A lock is asked for by a path, by a name in the working directory, by what the shell has opened as number 4, or is
  // given as 0.
  const script = `#!/bin/sh
case "$PWD $* $(readlink /proc/$$/fd/4) $(readlink /proc/$$/fd/0)" in
*${quoteWord(place)}*)
  echo >>${quoteWord(log)}
  exec /usr/bin/strace -f -qq -o /dev/null -e inject=flock:error=${error} /usr/bin/flock "$@"
  ;;
esac
exec /usr/bin/flock "$@"
`;
  writeFileSync(join(bin, 'flock'), script, { mode: 0o755 });
  return {
    path: `${bin}:${process.env['PATH'] ?? ''}`,
    refusals: () => (existsSync(log) ? readFileSync(log, 'utf8').length : 0),
  };
}
