import { failure } from '../../core/errors/gitian-error.js';
import type { Clone } from './clone.js';
import { GitFailure } from './git.js';
import { chooseRef, isHash, isHashPrefix, parseRefs, refCandidates, type RefTarget } from './revision.js';

/** A commit of a remote, as the descriptor or the user names it. */
export interface Named {
  readonly dir: string;
  /** A hash, whole or abbreviated, or the name of a branch or tag. */
  readonly commit: string;
}

/** Finds a commit among what is in the clone: for builds that fetch nothing. */
export async function localCommit(clone: Clone, named: Named): Promise<string> {
  const { commit } = named;
  const where = `in "${clone.shown}"`;
  if (isHash(commit) || commit === 'HEAD') return commitOf(clone, named, { revision: commit, where });
  const choice = chooseRef(commit, await refsHere(clone, refCandidates(commit)));
  if (choice.kind === 'several') throw ambiguous(named, choice.refs);
  if (choice.kind === 'one') return commitOf(clone, named, { revision: choice.ref, where });
  // A clone that the user made keeps the remote's branches there.
  const tracked = `refs/remotes/origin/${commit}`;
  if ((await refsHere(clone, [tracked])).has(tracked)) {
    return commitOf(clone, named, { revision: tracked, where });
  }
  if (!isHashPrefix(commit)) throw notFound(named, where);
  return commitOf(clone, named, { revision: commit, where });
}

/** The commit that `revision`, a ref or a hash, leads to in the clone; `where` ends the sentence that says it isn't there. */
export async function commitOf(
  { offline }: Clone,
  named: Named,
  { revision, where }: { readonly revision: string; readonly where: string },
): Promise<string> {
  try {
    const hash = await offline(
      '-c',
      'core.disambiguate=commit',
      'rev-parse',
      '--verify',
      `${revision}^{commit}`,
    );
    return hash.trim();
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    if (!error.stderr.includes('is ambiguous')) throw notFound(named, where);
    const candidates = [...error.stderr.matchAll(/^hint: +([0-9a-f]+) commit/gm)].map(
      ([, hash = '']) => hash,
    );
    throw ambiguous(named, candidates);
  }
}

/** Refs of the clone that are one of `names` or, with a final slash, below it. A tag of a tag leads to the inner one here. */
export async function refsHere(
  { offline }: Clone,
  names: readonly string[],
): Promise<Map<string, RefTarget>> {
  const format = '--format=%(objectname) %(refname)%0a%(*objectname) %(refname)^{}';
  return parseRefs(await offline('for-each-ref', format, '--', ...names));
}

/** The failure that a commit isn't there. */
export function notFound({ dir, commit }: Named, where: string): Error {
  const hint = where.startsWith('in ') ? 'run it without --skip-fetch' : 'check the commit and the url';
  return failure('commit-not-found', { dir, commit, where, hint });
}

/** The failure that a name means several commits. */
export function ambiguous({ dir, commit }: Named, candidates: readonly string[]): Error {
  return failure('commit-ambiguous', { dir, commit, candidates });
}
