import { failure } from '../../core/errors/gitian-error.js';
import type { CommandContext } from '../command.js';
import { setting } from './settings.js';

/** The host of an apt-cacher-ng that `MIRROR_HOST` names, or undefined. Throws `usage-bad-value`. */
export function mirrorHost(env: CommandContext['env']): string | undefined {
  const value = setting(env['MIRROR_HOST']);
  if (value === undefined || /^(?:[\w.-]+|\[[\da-f:.]+\])$/i.test(value)) return value;
  throw failure('usage-bad-value', { what: 'MIRROR_HOST', value, expected: 'the name of a host' });
}
