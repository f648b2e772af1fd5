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

/** Every origin that apt's lists of sources name, in either of their two formats. */
export function namedOrigins(text: string): string[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  return [...lines.join('\n').matchAll(/https?:\/\/[^\s\]]+/gi)].flatMap(([url]) =>
    URL.canParse(url) ? [new URL(url).origin] : [],
  );
}
