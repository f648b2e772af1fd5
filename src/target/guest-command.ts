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
 * in every Debian and Ubuntu since 2011, unlike `setpriv`; the shell sets umask, limits and directory; `env` leaves nothing
 * but the guest's environment. When memory runs out, what eats it has to go before init, on which everything hangs.
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
    `umask 022; ${limits}; echo 100 >/proc/self/oom_score_adj; cd -- "$0" && exec /usr/bin/env -i "$@"`,
    homeOf(userName),
    ...variables,
    ...asProgram(argv),
  ];
}

/**
 * A container has the limits of the shell in which its user has started it, and builds ask for some: for how long arguments
 * may be, how many files may be open, whether there will be a core. These are the kernel's own, and with open files what
 * is usual, as far as the user's hard limits let them.
 */
const limits =
  'for limit in "c 0" "f unlimited" "n 1024" "s 8192" "t unlimited" "v unlimited"; do ulimit -S -$limit; done 2>/dev/null';

/** `env` takes a word with `=` for a variable, so a program whose name has one is started by a shell. */
function asProgram(argv: readonly string[]): readonly string[] {
  return argv[0]?.includes('=') === true ? ['/bin/sh', '-c', 'exec "$@"', 'sh', ...argv] : argv;
}
