/** What a configuration may have started from, and what that means to who signs the result. */
const reuses: Readonly<Record<string, string>> = {
  'frozen layer': 'from a frozen layer',
  'target as it was left': 'in a target as it was left',
};

/**
 * Which configurations of a result went on with packages that nobody has compared with the archives, in a few words, as
 * `from a frozen layer (bookworm-amd64)`; empty where none did, or where `how`, the text of `result/<name>-how.json`, doesn't
 * say so of the result with this SHA-256.
 */
export function reusedPackages(how: string, resultSha256: string): readonly string[] {
  const { result, configurations } = record(parsed(how));
  if (result !== resultSha256) return [];
  return Object.entries(record(configurations)).flatMap(([name, start]) => {
    const { from } = record(start);
    const reuse = typeof from === 'string' ? reuses[from] : undefined;
    return reuse === undefined ? [] : [`${reuse} (${name})`];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
