import type { Assertion } from '../assertion/assertion.js';
import { manifestEntries } from '../assertion/manifest.js';
import { byBytes } from '../core/words/bytes-order.js';
import { sha256 } from '../core/files/hashing.js';

/** How one signer's outputs differ from others'; sorted by path. */
export interface OutputDifferences {
  readonly changed: readonly { readonly path: string; readonly expected: string; readonly found: string }[];
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

/**
 * What was built, as one text that is equal exactly where the outputs are: the same files with the same bytes, in
 * whatever order an old version and its locale listed them.
 */
export function outputsKey(assertion: Assertion): string {
  const known = keys.get(assertion);
  if (known !== undefined) return known;
  const lines = manifestEntries(assertion.outManifest).map(({ sha256: hash, path }) => `${hash}  ${path}\n`);
  const key = sha256([...new Set(lines)].sort().join(''));
  keys.set(assertion, key);
  return key;
}

/** Asked several times for each assertion, and worth keeping as long as that is. */
const keys = new WeakMap<Assertion, string>();

/** Compares outputs by path. */
export function compareOutputs(expected: Assertion, found: Assertion): OutputDifferences {
  const before = byPath(expected);
  const after = byPath(found);
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort(byBytes);
  const changed = paths.flatMap((path) => {
    const pair = { path, expected: before.get(path), found: after.get(path) };
    return isChanged(pair) ? [pair] : [];
  });
  return {
    changed,
    missing: paths.filter((path) => !after.has(path)),
    extra: paths.filter((path) => !before.has(path)),
  };
}

/** The differing lines, those of the others with `-` and the signer's own with `+` in front. */
export function differingLines(expected: Assertion, found: Assertion): readonly string[] {
  const before = byPath(expected);
  const after = byPath(found);
  return [...new Set([...before.keys(), ...after.keys()])].sort(byBytes).flatMap((path) => {
    const [old, own] = [before.get(path), after.get(path)];
    if (old === own) return [];
    return [
      ...(old === undefined ? [] : [`- ${old}  ${path}`]),
      ...(own === undefined ? [] : [`+ ${own}  ${path}`]),
    ];
  });
}

function isChanged(pair: {
  readonly path: string;
  readonly expected: string | undefined;
  readonly found: string | undefined;
}): pair is { readonly path: string; readonly expected: string; readonly found: string } {
  return pair.expected !== undefined && pair.found !== undefined && pair.expected !== pair.found;
}

/** A path that is listed with several hashes has all of them, so that none is hidden by another. */
function byPath(assertion: Assertion): ReadonlyMap<string, string> {
  const hashes = new Map<string, Set<string>>();
  for (const { sha256: hash, path } of manifestEntries(assertion.outManifest)) {
    hashes.set(path, (hashes.get(path) ?? new Set()).add(hash));
  }
  return new Map([...hashes].map(([path, found]) => [path, [...found].sort().join(' ')]));
}
