import { byBytes } from '../../core/words/bytes-order.js';
import { sha256 } from '../../core/files/hashing.js';
import type { ArchiveState } from './archive-state.js';

/** Changes when layers of an earlier version can't be used any more. */
const layerFormat = 1;

/** Everything that a layer depends on but the state of the archives. */
export interface LayerRecipe {
  readonly backend: string;
  /** Version of this package. */
  readonly version: string;
  readonly suite: string;
  readonly architecture: string;
  readonly distro: string;
  /** SHA-256 of the base image, and of its record, which the manifest is made with. */
  readonly base: { readonly image: string; readonly record: string };
  readonly multiarch: readonly string[];
  readonly repositories: readonly unknown[];
  readonly packages: readonly string[];
  readonly alternatives: readonly unknown[];
  readonly upgrade: boolean;
  /** How they were reached: through the package cache alone, and where through it. */
  readonly archives: { readonly areCached: boolean; readonly leadOn: boolean };
  /** What the driver says that it depends on. */
  readonly driver: Readonly<Record<string, string>>;
}

/** The name of all layers that are made alike, of whatever state of the archives. */
export function recipeName(recipe: LayerRecipe): string {
  const sets = {
    ...recipe,
    multiarch: asSet(recipe.multiarch),
    packages: asSet(recipe.packages),
  };
  const { backend, suite, architecture } = recipe;
  return `${backend}-${suite}-${architecture}-${sha256(canonical({ layerFormat, ...sets })).slice(0, 20)}`;
}

/** The name of a layer. */
export function layerName(recipe: string, state: ArchiveState): string {
  return `${recipe}-${sha256(state.join('\n')).slice(0, 20)}`;
}

function asSet(names: readonly string[]): string[] {
  return [...new Set(names)].sort(byBytes);
}

/** One text for equal values, whatever order their keys were put in. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => byBytes(a, b)))
      : inner,
  );
}
