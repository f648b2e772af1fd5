import { networkInterfaces } from 'node:os';
import type { Descriptor } from '../../descriptor/descriptor.js';
import { archiveOrigins, asHostReaches } from '../../packages/cache/access.js';

/** Which archives a build's targets may use: those that their base images have, and those that the descriptor adds. */
export function archiveRules(
  baseSources: readonly string[],
  { repositories }: Pick<Descriptor, 'repositories'>,
  guestCallsHost: string | undefined,
): { readonly chosen: Set<string>; readonly named: Set<string> } {
  const origins = (lines: readonly string[]): Set<string> =>
    new Set(archiveOrigins(lines).map((origin) => new URL(asHostReaches(origin, guestCallsHost)).origin));
  return { chosen: origins(baseSources), named: origins(repositories.map(({ source }) => source)) };
}

/** What the guest calls this host, unless that is an address that this host has. */
export function guestNameOf(hostAddress: string): string | undefined {
  const own = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
  return own.includes(hostAddress) ? undefined : hostAddress;
}

/** Every origin that apt's lists of sources name, in either of their two formats. */
export function namedOrigins(text: string): string[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  return [...lines.join('\n').matchAll(/https?:\/\/[^\s\]]+/gi)].flatMap(([url]) =>
    URL.canParse(url) ? [new URL(url).origin] : [],
  );
}
