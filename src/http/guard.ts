import type { LookupFunction } from 'node:net';
import { isWithin, literalAddress, lookupWithin, type Reach } from './addresses.js';
import { TransferProblem } from './problem.js';

/**
 * Holds a URL's host against how far a connection may lead: throws where that is plain from the URL, and gives the way
 * to look its name up, which finds nothing out of reach. A proxy looks names up itself.
 */
export function guard(
  { host, hostname }: URL,
  reach: Reach,
  { proxied }: { readonly proxied: boolean },
): LookupFunction | undefined {
  if (reach === 'anywhere') return undefined;
  const outOfReach = (): TransferProblem =>
    new TransferProblem(`"${host}" ${outside[reach]}`, { passing: false });
  const literal = literalAddress(hostname);
  if (isThisHost(hostname) || (literal !== undefined && !isWithin(reach, literal))) throw outOfReach();
  return proxied ? undefined : lookupWithin(reach, outOfReach);
}

const outside = {
  elsewhere: 'is this host, where it may not lead',
  public: 'is no public host, and it may lead to those alone',
} as const;

/** Whether a name means this host, as it does everywhere, also where a proxy is asked. */
export function isThisHost(hostname: string): boolean {
  return /^(?:.*\.)?localhost\.?$/i.test(hostname);
}
