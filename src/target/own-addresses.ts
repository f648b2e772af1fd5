import { networkInterfaces } from 'node:os';

/** The host's own addresses, except those of its loopback, which slirp4netns sees to. */
export function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address);
}
