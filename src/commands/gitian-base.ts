import { resolve } from 'node:path';
import type { CommandContext } from './command.js';

/** `$GITIAN_BASE`, the root for `sigs/` and `var/`; empty counts as not set. */
export function gitianBase({ env, cwd }: CommandContext): string | undefined {
  const base = env['GITIAN_BASE'] ?? '';
  return base === '' ? undefined : resolve(cwd, base);
}
