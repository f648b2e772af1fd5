import { relative } from 'node:path';

/** A path as the user would type it from `cwd`: relative where it lies below, else absolute. */
export function shownPath(path: string, cwd: string): string {
  const below = relative(cwd, path);
  return below === '' || below === '..' || below.startsWith('../') ? path : below;
}
