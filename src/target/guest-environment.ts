/**
 * The environment of every command in a guest, the same on every backend, so that the bytes are: what a login through
 * sudo gives (`PATH` is sudo's `secure_path` on Debian and Ubuntu) and nothing of the host's.
 */
export function guestEnvironment(
  user: string,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    HOME: homeOf(user),
    LOGNAME: user,
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    SHELL: '/bin/bash',
    USER: user,
    ...extra,
  };
}

/** The home directory of a guest's user. */
export function homeOf(user: string): string {
  return user === 'root' ? '/root' : `/home/${user}`;
}
