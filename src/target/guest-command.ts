import { guestEnvironment, homeOf } from './guest-environment.js';
import type { GuestUser } from './guest-users.js';

/** A command for the guest, and who runs it. */
export interface GuestCommand {
  readonly argv: readonly string[];
  readonly userName: string;
  readonly user: GuestUser;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * What root of the guest runs for a command, the same on every backend. `chroot` sets user and groups by number and is
 * in every Debian and Ubuntu since 2011, unlike `setpriv`; the shell sets umask and directory; `env` leaves nothing but
 * the guest's environment. When memory runs out, what eats it has to go before init, on which everything hangs.
 */
export function guestArguments({ argv, userName, user, env }: GuestCommand): string[] {
  const variables = Object.entries(guestEnvironment(userName, env)).map(([key, value]) => {
    if (!/^[A-Za-z_]\w*$/.test(key)) throw new TypeError(`not the name of a variable: ${key}`);
    return `${key}=${value}`;
  });
  return [
    'chroot',
    `--userspec=${String(user.uid)}:${String(user.gid)}`,
    `--groups=${user.groups.join(',')}`,
    '/',
    '/bin/sh',
    '-c',
    'umask 022; echo 100 >/proc/self/oom_score_adj; cd -- "$0" && exec /usr/bin/env -i "$@"',
    homeOf(userName),
    ...variables,
    ...asProgram(argv),
  ];
}

/** `env` takes a word with `=` for a variable, so a program whose name has one is started by a shell. */
function asProgram(argv: readonly string[]): readonly string[] {
  return argv[0]?.includes('=') === true ? ['/bin/sh', '-c', 'exec "$@"', 'sh', ...argv] : argv;
}
