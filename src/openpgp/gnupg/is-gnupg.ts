import { basename } from 'node:path';

/** Whether a program is GnuPG, by its name: `gpg`, `gpg2`, `gpg1`. */
export function isGnupg(program: string): boolean {
  return /^gpg[0-9.]*(?:\.exe)?$/.test(basename(program));
}
