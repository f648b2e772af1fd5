import type { LookupFunction } from 'node:net';
import { TransferProblem } from '../../http/problem.js';
import { isWithin, literalAddress, lookupWithin, type Reach } from './addresses.js';

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
    new TransferProblem(`"${host}" is not where this archive may be`, { passing: false });
  const literal = literalAddress(hostname);
  // What this name means is the same everywhere, also where a proxy is asked.
  const isHere = /^(?:.*\.)?localhost\.?$/i.test(hostname);
  if (isHere || (literal !== undefined && !isWithin(reach, literal))) throw outOfReach();
  return proxied ? undefined : lookupWithin(reach, outOfReach);
}
