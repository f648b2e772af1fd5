import { describe, expect, it } from 'vitest';
import { assignedAddresses, localRoutes, ownAddresses } from '../../../src/core/own-addresses.js';

/** As a kernel writes it that has a bridge without guests, an address of its loopback's, a range, and a table for marked packets. */
const trie = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     |-- 192.0.2.0
        /24 link UNICAST
Local:
  +-- 0.0.0.0/0 2 0 2
     |-- 10.5.0.0
        /16 host LOCAL
     +-- 127.0.0.0/8 2 0 2
        +-- 127.0.0.0/31 1 0 0
           |-- 127.0.0.0
              /8 host LOCAL
           |-- 127.0.0.1
              /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
     |-- 172.17.0.1
        /32 host LOCAL
     |-- 192.0.2.2
        /32 host LOCAL
     |-- 192.0.2.255
        /32 link BROADCAST
Id 100:
  |-- 0.0.0.0
     /0 host LOCAL
`;

describe("this host's own addresses", () => {
  it('are what is routed to it', () => {
    const expected = ['10.5.0.0/16', '127.0.0.0/8', '127.0.0.1/32', '172.17.0.1/32', '192.0.2.2/32'];
    expect(localRoutes(trie)).toEqual(expected);
    expect(localRoutes('')).toEqual([]);
  });

  it('are those of IPv6 that devices have', () => {
    const table =
      '00000000000000000000000000000001 01 80 10 80       lo\nfe8000000000000000163efffe000001 02 40 20 80     eth0\n';
    expect(assignedAddresses(table)).toEqual([
      '0000:0000:0000:0000:0000:0000:0000:0001/128',
      'fe80:0000:0000:0000:0016:3eff:fe00:0001/128',
    ]);
    expect(assignedAddresses('')).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('are found on this host', () => {
    expect(ownAddresses()).toContain('127.0.0.0/8');
  });
});
