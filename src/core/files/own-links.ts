import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { failure, type GitianError } from '../errors/gitian-error.js';

/**
 * Whether a user's files are as good as this user's own: they are, or root's, or with sudo those of whoever typed it. Others
 * may write in a workspace that is shared, and what they leave there isn't for this user to follow.
 */
export function isOwn(uid: number): boolean {
  const own = process.getuid?.();
  if (own === undefined || uid === own || uid === 0) return true;
  return own === 0 && process.env['SUDO_UID'] === String(uid);
}

/** The most links that lead on from one to the next, as the kernel has it. */
const mostLinks = 40;

/**
 * Where a path leads: through links that are {@link isOwn own}, such as one from `var` to another disk. Throws
 * `path-unusable`, about `shown`, at a link of another user's. What it returns is no link, nor need anything be there.
 */
export function followOwn(path: string, shown = path): string {
  let at = path;
  for (let links = 0; links < mostLinks; links++) {
    const to = linkText(at, shown);
    if (to === undefined) return at;
    // As it stands: what is above may be a link, so that ".." is for the system to understand.
    at = isAbsolute(to) ? to : `${dirname(at)}/${to}`;
  }
  return realpathSync(path);
}

/** What an own link says; undefined for what is none. */
function linkText(path: string, shown: string): string | undefined {
  const found = linkState(path);
  if (found === undefined) return undefined;
  const text = readlinkSync(path).replace(/(?<=.)\/+$/, '');
  const now = linkState(path);
  // Somebody may have put another in its place in between: a rename changes the time of either.
  const isSame = now?.ino === found.ino && now.ctimeNs === found.ctimeNs;
  if (!isSame || !isOwn(Number(found.uid))) throw planted(shown, "it is another user's link");
  return text;
}

function linkState(path: string): { uid: bigint; ino: bigint; ctimeNs: bigint } | undefined {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found?.isSymbolicLink() === true ? found : undefined;
}

/** What is said of something in a workspace that somebody may have put there for this user to write to. */
export function planted(path: string, reason: string): GitianError {
  const hint = 'see whose it is, who may write there, and take it away: ls -ld';
  return failure('path-unusable', { path, reason, hint });
}
