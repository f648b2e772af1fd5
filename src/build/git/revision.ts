import { commitRule } from '../../descriptor/rules.js';

/** Why `commit` can't name a commit, or undefined if it may: a hash, whole or abbreviated, or the name of a ref. */
export function revisionProblem(commit: string): string | undefined {
  if (commit === '') return 'it is empty';
  if (commit.startsWith('-')) return 'it begins with "-"';
  if (Buffer.byteLength(commit) > 1000) return 'it is longer than 1000 bytes';
  return commitRule.accepts(commit) ? undefined : 'it is neither a hash nor the name of a branch or tag';
}

/** Whether `commit` is a whole hash. */
export function isHash(commit: string): boolean {
  return /^[0-9a-f]{40}$/i.test(commit);
}

/** Whether `commit` may be the beginning of a hash. */
export function isHashPrefix(commit: string): boolean {
  return /^[0-9a-f]{4,39}$/i.test(commit);
}

/** The refs that the name `commit` may mean, in the order in which git looks for them. */
export function refCandidates(commit: string): string[] {
  const whole = commit === 'HEAD' || commit.startsWith('refs/') ? [commit] : [];
  return [...whole, `refs/${commit}`, `refs/tags/${commit}`, `refs/heads/${commit}`];
}

/** Where a ref leads: to an object, and through a tag object to a commit. */
export interface RefTarget {
  readonly object: string;
  readonly commit: string;
}

/** What a name means among the refs there are: one ref, none, or several that differ. */
export type RefChoice =
  | { readonly kind: 'one'; readonly ref: string; readonly commit: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'several'; readonly refs: readonly string[] };

/** Chooses the ref that `commit` means. A tag and a branch that lead to the same commit are one. */
export function chooseRef(commit: string, refs: ReadonlyMap<string, RefTarget>): RefChoice {
  const found = refCandidates(commit).flatMap((ref) => {
    const target = refs.get(ref);
    return target === undefined ? [] : [{ ref, commit: target.commit }];
  });
  const [first] = found;
  if (first === undefined) return { kind: 'none' };
  if (found.every((other) => other.commit === first.commit)) return { kind: 'one', ...first };
  return { kind: 'several', refs: found.map(({ ref }) => ref) };
}

/** Reads lines `<hash> <ref>` as `ls-remote` prints them: what a tag object leads to follows as `<ref>^{}`. */
export function parseRefs(output: string): Map<string, RefTarget> {
  const refs = new Map<string, RefTarget>();
  for (const line of output.split('\n')) {
    const [, hash, ref] = /^([0-9a-f]{40,64})\s(.+)$/.exec(line) ?? [];
    if (hash === undefined || ref === undefined) continue;
    const name = ref.replace(/\^\{\}$/, '');
    refs.set(name, { object: refs.get(name)?.object ?? hash, commit: hash });
  }
  return refs;
}
