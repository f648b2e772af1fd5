import type { Assertion } from '../assertion/assertion.js';
import { buildFacts, factKinds, type BuildFact, type FactKind } from './build-facts.js';

/** Something about a build that nobody who agrees has. */
export interface Clue {
  readonly kind: FactKind;
  /** Another commit or input is a cause that is known; another package is a hint only. */
  readonly certainty: 'known' | 'hint';
  /** Folder of a remote, name of a file or package. */
  readonly subject: string;
  /** What they had and nobody who agrees; none where they had nothing of it at all. */
  readonly found: readonly string[];
  /** What those who agree had. */
  readonly expected: readonly string[];
  /** Of whom this is true. */
  readonly signers: readonly string[];
}

/** One who built something else. */
export interface Dissenter {
  readonly signer: string;
  readonly assertion: Assertion;
}

/**
 * What is true of a dissenter's build and of no agreeing one, most telling first: by kind, then what is true of most.
 * Of the hundreds of packages in which any two builders differ only those are left that no agreeing builder had, or
 * that all of them had and the dissenter hadn't.
 */
export function cluesOf(group: readonly Dissenter[], agreeing: readonly Assertion[]): readonly Clue[] {
  const known = agreeing.map(buildFacts);
  const clues = new Map<string, Clue>();
  for (const { signer, assertion } of group) {
    for (const clue of differences(buildFacts(assertion), known)) {
      const key = JSON.stringify([clue.kind, clue.subject, clue.found]);
      clues.set(key, { ...clue, signers: [...(clues.get(key)?.signers ?? []), signer] });
    }
  }
  return [...clues.values()].sort(
    (a, b) =>
      factKinds.indexOf(a.kind) - factKinds.indexOf(b.kind) ||
      b.signers.length - a.signers.length ||
      weakness(a) - weakness(b) ||
      Number(isCompiler(b)) - Number(isCompiler(a)),
  );
}

/** Something else than what all who agree have alike tells most; then something else at all, something more, something less. */
function weakness({ found, expected }: Clue): number {
  if (found.length === 0) return 3;
  return expected.length === 0 ? 2 : Math.min(expected.length - 1, 1);
}

/** Compilers and what they link change outputs; certificates and firmware don't. */
function isCompiler({ kind, subject }: Clue): boolean {
  return (
    kind === 'base-package' &&
    /^\S+ (?:binutils|clang|cpp|g\+\+|gcc|gobjc|libc6|libgcc|libstdc\+\+|lld|llvm|rustc)/.test(subject)
  );
}

type Facts = ReadonlyMap<string, BuildFact>;

function differences(own: Facts, agreeing: readonly Facts[]): readonly Omit<Clue, 'signers'>[] {
  const everywhere = [...(agreeing[0]?.keys() ?? [])].filter((key) =>
    agreeing.every((facts) => facts.has(key)),
  );
  const missing = everywhere.filter((key) => !own.has(key));
  return [...own.keys(), ...missing].flatMap((key) => difference(own.get(key), agreeing, key) ?? []);
}

function difference(
  mine: BuildFact | undefined,
  agreeing: readonly Facts[],
  key: string,
): Omit<Clue, 'signers'> | undefined {
  const theirs = agreeing.flatMap((facts) => facts.get(key) ?? []);
  const about = mine ?? theirs[0];
  if (about === undefined) return undefined;
  const values = new Map(theirs.flatMap((fact) => [...fact.values]));
  const alone = [...(mine?.values ?? [])].filter(([value]) => !values.has(value));
  if (mine !== undefined && alone.length === 0) return undefined;
  const names = new Set(values.values());
  // What was cached differs between any two builders where it isn't reproducible (the agreeing ones show which is), and
  // a cache that holds less is just a younger one.
  if (about.kind === 'cached' && (names.size > 1 || mine === undefined)) return undefined;
  // The same version with other bytes is worth seeing as what it is.
  const disputed = new Set(
    alone.filter(([value, shown]) => names.has(shown) && value !== shown).map(([, shown]) => shown),
  );
  const words = ([value, shown]: readonly [string, string]): string =>
    disputed.has(shown) ? `${shown} with SHA-256 ${value}` : shown;
  const certainty = about.kind === 'cached' || about.kind === 'base-package' ? 'hint' : 'known';
  return {
    kind: about.kind,
    certainty,
    subject: about.subject,
    found: alone.map(words).sort(),
    expected: [...new Set([...values].map(words))].sort(),
  };
}
