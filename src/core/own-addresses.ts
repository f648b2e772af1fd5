import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/**
 * The addresses that lead to this host itself, with the length of their prefix: `192.0.2.7/32`, `127.0.0.0/8`,
 * `2001:db8::7/128`. The kernel is asked, since `os.networkInterfaces()` leaves out devices without a carrier, as a bridge
 * is that has no guests, and what is routed here without being a device's.
 */
export function ownAddresses(): string[] {
  const routed = readTable('/proc/net/fib_trie');
  const assigned = readTable('/proc/net/if_inet6');
  // Elsewhere than on Linux, or without one of the protocols.
  const listed = Object.values(networkInterfaces()).flatMap((all = []) =>
    all.map(({ address, family }) => `${address}/${family === 'IPv4' ? '32' : '128'}`),
  );
  return [...new Set([...localRoutes(routed), ...assignedAddresses(assigned), ...listed])];
}

/**
 * What `/proc/net/fib_trie` says is local: an address, and below it the kind of each route that begins there. Only the table
 * of that name counts: others are for marked packets, and may say that everything is local.
 */
export function localRoutes(trie: string): string[] {
  const [, table = ''] = trie.split(/^Local:$/m);
  let address = '';
  return (table.split(/^\S/m)[0] ?? '').split('\n').flatMap((line) => {
    address = /^ *\|-- ([\d.]+)$/.exec(line)?.[1] ?? address;
    const prefix = /^ *\/(\d+) \S+ LOCAL\b/.exec(line)?.[1];
    return prefix === undefined ? [] : [`${address}/${prefix}`];
  });
}

/** The addresses in `/proc/net/if_inet6`, each the first word of a line in 32 digits. */
export function assignedAddresses(table: string): string[] {
  return table.split('\n').flatMap((line) => {
    const digits = /^([0-9a-f]{32}) /.exec(line)?.[1];
    return digits === undefined ? [] : [`${digits.replace(/(?<=.)(?=(?:.{4})+$)/g, ':')}/128`];
  });
}

function readTable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
