/** One file of a manifest. */
export interface ManifestEntry {
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly path: string;
}

/** What an input manifest lists. */
export interface InputManifest {
  /** The descriptor, `<name>-desc.yml`. */
  readonly descriptor: ManifestEntry | undefined;
  readonly files: readonly ManifestEntry[];
  readonly remotes: readonly RemoteEntry[];
}

/** A git repository at the commit that was built. */
export interface RemoteEntry {
  readonly commit: string;
  readonly dir: string;
}

/** The files of a manifest in its order, as `sha256sum` writes them. Lines that are something else are left out. */
export function manifestEntries(manifest: string): readonly ManifestEntry[] {
  return manifest.split('\n').flatMap((line) => manifestEntry(line) ?? []);
}

/** The lines, counted from 1, that are no entries; an empty last one isn't any. */
export function strangeLines(manifest: string): readonly number[] {
  return manifest
    .replace(/\n$/, '')
    .split('\n')
    .flatMap((line, index) => (line === '' || manifestEntry(line) !== undefined ? [] : [index + 1]));
}

function manifestEntry(line: string): ManifestEntry | undefined {
  const [, sha256, path] = /^([0-9a-f]{64})[ ][ *](.+?)\r?$/.exec(line) ?? [];
  return sha256 === undefined || path === undefined ? undefined : { sha256, path };
}

/** Reads an input manifest, whose `git:` entries have no newline between them. */
export function inputManifest(manifest: string): InputManifest {
  const [first, ...rest] = manifestEntries(manifest.replace(/git:[0-9a-f]{40}[^]*/, ''));
  const isDescriptor = first?.path.endsWith('-desc.yml') === true;
  const remotes = [...manifest.matchAll(/git:([0-9a-f]{40}(?:[0-9a-f]{24})?) (.*?)(?=git:[0-9a-f]{40}|$)/gm)];
  return {
    descriptor: isDescriptor ? first : undefined,
    files: isDescriptor || first === undefined ? rest : [first, ...rest],
    remotes: remotes.map(([, commit = '', dir = '']) => ({ commit, dir: dir.trimEnd() })),
  };
}
