import type { Assertion } from '../assertion/assertion.js';
import { inputManifest, manifestEntries } from '../assertion/manifest.js';

/** What kind of thing went into a build, from what decides to what only may. */
export const factKinds = ['commit', 'input-file', 'descriptor', 'cached', 'base-package'] as const;

/** One of {@link factKinds}. */
export type FactKind = (typeof factKinds)[number];

/** One thing that went into a build, in all versions that were at hand: old manifests list superseded packages too. */
export interface BuildFact {
  readonly kind: FactKind;
  /** Folder of a remote, file name, or `<suite>-<arch> <package>:<arch>`. */
  readonly subject: string;
  /** Commits, or SHA-256; each with what a person calls it. */
  readonly values: ReadonlyMap<string, string>;
}

/** A commit or a SHA-256, and what a person calls it. */
interface Version {
  readonly value: string;
  readonly shown?: string;
}

/** Everything that an assertion says went into its build; equal keys can be compared. */
export function buildFacts(assertion: Assertion): ReadonlyMap<string, BuildFact> {
  const facts = new Map<string, BuildFact & { readonly values: Map<string, string> }>();
  const add = (kind: FactKind, subject: string, { value, shown = value }: Version): void => {
    const key = `${kind} ${subject}`;
    const fact = facts.get(key) ?? { kind, subject, values: new Map<string, string>() };
    fact.values.set(value, shown);
    facts.set(key, fact);
  };
  const inputs = inputManifest(assertion.inManifest);
  for (const { dir, commit } of inputs.remotes) add('commit', dir, { value: commit });
  for (const { path, sha256 } of inputs.files) add('input-file', path, { value: sha256 });
  if (inputs.descriptor !== undefined) {
    add('descriptor', inputs.descriptor.path, { value: inputs.descriptor.sha256 });
  }
  for (const manifest of [assertion.cacheCommonManifest, assertion.cachePackageManifest]) {
    for (const { path, sha256 } of manifestEntries(manifest)) add('cached', path, { value: sha256 });
  }
  for (const [configuration, manifest] of assertion.baseManifests) {
    for (const { path, sha256 } of manifestEntries(manifest)) {
      const { name, version } = debName(path);
      add('base-package', `${configuration} ${name}`, { value: sha256, shown: version });
    }
  }
  return facts;
}

/** `<package>_<version>_<arch>.deb`, with `%3a` for the colon of an epoch. */
function debName(file: string): { readonly name: string; readonly version: string } {
  const [, name, version, architecture] = /^([^_]+)_([^_]+)_([^_]+)\.deb$/.exec(file) ?? [];
  if (name === undefined || version === undefined) return { name: file, version: 'present' };
  return { name: `${name}:${architecture ?? ''}`, version: version.replaceAll('%3a', ':') };
}
