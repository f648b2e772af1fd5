/** `PATH` after a login through sudo: its `secure_path` on Debian and Ubuntu, or what Debian's /etc/profile makes of it. */
const paths = {
  usual: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  debian: '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games',
} as const;

/**
 * The environment of every command in a guest, the same on every backend, so that the bytes are: what a login through
 * sudo gives (`sudo -i -u <user>`, as in the original's containers), and nothing of the host's. The build user is called
 * `debian` in Debian's guests alone.
 */
export function guestEnvironment(
  user: string,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    HOME: homeOf(user),
    LOGNAME: user,
    PATH: user === 'debian' ? paths.debian : paths.usual,
    SHELL: '/bin/bash',
    USER: user,
    ...extra,
  };
}

/** The home directory of a guest's user. */
export function homeOf(user: string): string {
  return user === 'root' ? '/root' : `/home/${user}`;
}
