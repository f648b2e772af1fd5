import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ownAddresses } from '../core/own-addresses.js';

/** Where a connection may lead: anywhere; not to this host; or, besides, not into networks that aren't public. */
export type Reach = 'anywhere' | 'elsewhere' | 'public';

/** Whether an address is within reach; `own` are this host's own ones, with their prefixes. */
export function isWithin(reach: Reach, address: string, own: readonly string[] = ownAddresses()): boolean {
  if (reach === 'anywhere') return true;
  if (isIn(listOf(own), address) || isIn(hostOnly, address)) return false;
  return reach === 'elsewhere' || !isIn(notPublic, address);
}

/** How far somebody at an address may lead: no nearer to this host than they are themselves. */
export function reachFrom(address: string, own: readonly string[] = ownAddresses()): Reach {
  return (['public', 'elsewhere'] as const).find((reach) => isWithin(reach, address, own)) ?? 'anywhere';
}

/** The address that a URL's host is, or undefined for a name. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 ? undefined : bare;
}

/**
 * Looks names up and leaves out every address that is out of reach, in the moment of the connection: a name server can't
 * say one thing when it is asked for permission and another one afterwards. `refusal` is the error when none is left.
 */
export function lookupWithin(reach: Reach, refusal: () => Error): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const own = ownAddresses();
      const usable = error === null ? found.filter(({ address }) => isWithin(reach, address, own)) : [];
      const [first] = usable;
      if (error !== null) callback(error, '');
      else if (first === undefined) callback(refusal(), '');
      else if (options.all === true) callback(null, usable);
      else callback(null, first.address, first.family);
    });
  };
}

/** Finds an address however it is written, also an IPv4 one within IPv6. */
function listOf(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const each of addresses) {
    const [address = '', prefix] = each.split('/');
    list.addSubnet(address, Number(prefix), familyOf(address));
    // RFC 6052: what a network that has IPv6 alone translates to IPv4.
    if (isIP(address) === 4) list.addSubnet(`64:ff9b::${address}`, 96 + Number(prefix), 'ipv6');
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, familyOf(address));
}

/** This host, its links (where clouds keep credentials), where else clouds answer for it (Azure, Alibaba Cloud, Oracle Cloud), and what is nobody. */
export const hostNetworks: readonly string[] = [
  ...['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'],
  ...['168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32'],
  ...['::/128', '::1/128', 'fe80::/10', 'ff00::/8'],
];

const hostOnly = listOf(hostNetworks);

/** The last are for translation to IPv4 by rules of the network's own (RFC 8215), and ways through it (6to4, Teredo). */
const notPublic = listOf([
  ...['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', '198.18.0.0/15'],
  ...['fc00::/7', '64:ff9b:1::/48', '2002::/16', '2001::/32'],
]);
