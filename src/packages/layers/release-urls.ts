/** Where a signed index may lie, best first: `InRelease`, or the older `Release` beside its signature. */
export type ReleaseUrls = readonly [string, string];

/** The signed indexes that apt lines name, each once; undefined where a line names what this host can't ask for. */
export function releaseUrls(lines: readonly string[]): readonly ReleaseUrls[] | undefined {
  const bases = new Set<string>();
  for (const line of lines) {
    const text = line.replace(/#.*/, '').trim();
    if (text === '') continue;
    const [, address, suite] = /^deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(text) ?? [];
    if (address === undefined || suite === undefined || !/^https?:\/\//i.test(address)) return undefined;
    if (!URL.canParse(address)) return undefined;
    const root = address.replace(/\/+$/, '');
    // A suite that ends in a slash is a folder of its own.
    bases.add(suite.endsWith('/') ? `${root}/${suite}` : `${root}/dists/${suite}/`);
  }
  return [...bases].map((base) => [`${base}InRelease`, `${base}Release`]);
}
