/** A descriptor without fault, in which the lines of `changes` replace those of the same key; undefined leaves it out. */
export function descriptorText(changes: Readonly<Record<string, string | undefined>> = {}): string {
  const lines = new Map<string, string | undefined>([
    ['name', 'test'],
    ['distro', 'debian'],
    ['suites', '[bookworm]'],
    ['architectures', '[amd64]'],
    ['packages', '[]'],
    ['remotes', '[]'],
    ['files', '[]'],
    ['reference_datetime', "'2024-02-29 12:00:00'"],
    ['script', '|\n  true'],
    ...Object.entries(changes),
  ]);
  return [...lines].map(([key, value]) => (value === undefined ? '' : `${key}: ${value}\n`)).join('');
}
