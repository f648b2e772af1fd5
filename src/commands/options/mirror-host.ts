import { isIPv6 } from 'node:net';
import { failure } from '../../core/errors/gitian-error.js';
import type { CommandContext } from '../command.js';
import { setting } from './settings.js';

/** The host of an apt-cacher-ng that `MIRROR_HOST` names, an IPv6 address without brackets, or undefined. Throws `usage-bad-value`. */
export function mirrorHost(env: CommandContext['env']): string | undefined {
  const value = setting(env['MIRROR_HOST']);
  if (value === undefined || /^[\w.-]+$/.test(value)) return value;
  const bare = value.replace(/^\[(.*)\]$/, '$1');
  if (isIPv6(bare) && !bare.includes('%')) return bare;
  throw failure('usage-bad-value', { what: 'MIRROR_HOST', value, expected: 'the name of a host' });
}
