import { isIPv4 } from 'node:net';
import { ownAddresses } from '../core/own-addresses.js';

/**
 * What leads to this host in IPv4, which is all that slirp4netns speaks, but for its loopback: that is kept out of reach
 * whatever else is.
 */
export function hostAddresses(): string[] {
  return ownAddresses().filter((range) => isIPv4(range.split('/')[0] ?? '') && !range.startsWith('127.'));
}
