import { isIPv4 } from 'node:net';
import { failure } from '../../../core/errors/gitian-error.js';
import type { TargetSettings } from '../../target.js';

/** A network that the host's administrator has set up. */
export interface Bridge {
  readonly name: string;
  readonly guestAddress: string;
  readonly hostAddress: string;
}

/** The bridge that the settings ask for, or undefined for a network of the container's own. */
export function bridgeOf({
  bridge,
  guestAddress,
  hostAddress,
}: Pick<TargetSettings, 'bridge' | 'guestAddress' | 'hostAddress'>): Bridge | undefined {
  if (bridge === undefined) return undefined;
  // The kernel's names of network devices have 15 bytes.
  if (!/^[\w.-]{1,15}$/.test(bridge)) {
    throw failure('usage-bad-value', { what: 'LXC_BRIDGE', value: bridge, expected: 'the name of a bridge' });
  }
  const addresses = { LXC_GUEST_IP: guestAddress, GITIAN_HOST_IP: hostAddress };
  for (const [what, value] of Object.entries(addresses)) {
    if (!isIPv4(value)) throw failure('usage-bad-value', { what, value, expected: 'an IPv4 address' });
  }
  return { name: bridge, guestAddress, hostAddress };
}
