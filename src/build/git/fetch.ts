import { failure } from '../../core/errors/gitian-error.js';
import type { Emit } from '../../core/events.js';
import { attempt, type Clone } from './clone.js';
import { explainGit } from './explain.js';
import { GitFailure } from './git.js';
import { ambiguous, commitOf, notFound, refsHere, type Named } from './local-commit.js';
import { chooseRef, isHash, isHashPrefix, parseRefs, refCandidates, type RefTarget } from './revision.js';
import { isRelativeUrl, withoutSecrets } from './url.js';

/** What is to be had from where. */
export interface Wanted extends Named {
  readonly url: string;
  readonly fetchBranches: boolean;
  readonly fetchTags: boolean;
}

/** What fetching needs to know beside what is wanted. */
interface Context {
  /** The commit that is checked out. */
  readonly head: string | undefined;
  readonly emit: Emit;
}

/** Where a commit is kept that no branch or tag of the clone leads to; `git describe` in the build doesn't look there. */
const kept = 'refs/gitian/kept';
/** The same for all branches and tags, among which an abbreviated hash is looked for. */
const everything = ['+refs/heads/*:refs/gitian/heads/*', '+refs/tags/*:refs/gitian/tags/*'] as const;

/**
 * Fetches what is wanted, and no more: as in the original's last version, other branches and tags come only when asked
 * for, since they change what `git describe` says in the build. Returns the commit's hash. A whole hash that is there
 * already needs no server; a tag that has moved since the last time is a warning.
 */
export async function fetchCommit(clone: Clone, wanted: Wanted, context: Context): Promise<string> {
  const fetch: Fetch = { clone, wanted, ...context };
  const extra = [
    ...(wanted.fetchBranches ? ['+refs/heads/*:refs/heads/*'] : []),
    ...(wanted.fetchTags ? ['+refs/tags/*:refs/tags/*'] : []),
  ];
  if (extra.length > 0) {
    await watchingTags(fetch, () => fetchRefs(fetch, [], extra));
  }
  return isHash(wanted.commit) ? fetchHash(fetch) : fetchName(fetch);
}

/** A fetch of one commit into a clone. */
interface Fetch extends Context {
  readonly clone: Clone;
  readonly wanted: Wanted;
}

async function fetchHash(fetch: Fetch): Promise<string> {
  const { clone, wanted } = fetch;
  const hash = wanted.commit.toLowerCase();
  const held = await heldCommit(fetch, hash);
  if (held !== undefined) return held;
  try {
    await clone.online(...fetchArguments(wanted, ['--no-tags'], [`+${hash}:${kept}`]));
  } catch (error) {
    if (!(error instanceof GitFailure) || !unadvertised.test(error.stderr)) throw fetchFailure(wanted, error);
    // The server gives no commits by hash, or has none: it may be in the history of a branch or tag.
    await fetchRefs(fetch, ['--no-tags', '--prune'], everything);
  }
  return commitOf(clone, wanted, { revision: hash, where: place(wanted) });
}

const unadvertised = /unadvertised object|not our ref|couldn't find remote ref/i;

/** The commit that `revision` leads to, if HEAD or a ref leads to it; one that isn't held may be the rest of a fetch that broke off. */
async function heldCommit(
  { clone: { offline }, head }: Fetch,
  revision: string,
): Promise<string | undefined> {
  const hash = (await attempt(offline, 'rev-parse', '--verify', '--quiet', `${revision}^{commit}`))?.trim();
  if (hash === undefined || hash === head) return hash;
  if ((await attempt(offline, 'merge-base', '--is-ancestor', hash, 'HEAD')) !== undefined) return hash;
  return (await offline('for-each-ref', '--count=1', '--contains', hash)) === '' ? undefined : hash;
}

async function fetchName(fetch: Fetch): Promise<string> {
  const { clone, wanted } = fetch;
  const patterns = refCandidates(wanted.commit).flatMap((ref) => [ref, `${ref}^{}`]);
  const there = parseRefs(await fromServer(fetch, 'ls-remote', '--', wanted.url, ...patterns));
  const choice = chooseRef(wanted.commit, there);
  if (choice.kind === 'several') throw ambiguous(wanted, choice.refs);
  if (choice.kind === 'one') return fetchRef(fetch, there, choice.ref);
  if (!isHashPrefix(wanted.commit)) throw notFound(wanted, place(wanted));
  const held = await heldCommit(fetch, wanted.commit);
  if (held !== undefined) return held;
  await fetchRefs(fetch, ['--no-tags', '--prune'], everything);
  return commitOf(clone, wanted, { revision: wanted.commit, where: place(wanted) });
}

async function fetchRef(fetch: Fetch, there: ReadonlyMap<string, RefTarget>, ref: string): Promise<string> {
  const { clone, wanted } = fetch;
  const own = /^refs\/(?:heads|tags)\//.test(ref) ? ref : kept;
  const here = (await refsHere(clone, [own])).get(own);
  const refs = [`+${ref}:${own}`];
  if (here === undefined || here.object !== there.get(ref)?.object) {
    // With a tag come the tags in its history, as git and so the original have it; with a branch they don't.
    if (ref.startsWith('refs/tags/')) await watchingTags(fetch, () => fetchRefs(fetch, [], refs));
    else await fetchRefs(fetch, ['--no-tags'], refs);
  }
  return commitOf(clone, wanted, { revision: own, where: place(wanted) });
}

async function fetchRefs(fetch: Fetch, options: readonly string[], refs: readonly string[]): Promise<void> {
  await fromServer(fetch, ...fetchArguments(fetch.wanted, options, refs));
}

function fetchArguments({ url }: Wanted, options: readonly string[], refs: readonly string[]): string[] {
  return ['fetch', '--force', '--update-head-ok', '--no-recurse-submodules', ...options, '--', url, ...refs];
}

async function fromServer({ clone, wanted }: Fetch, ...args: readonly string[]): Promise<string> {
  try {
    return await clone.online(...args);
  } catch (error) {
    throw fetchFailure(wanted, error);
  }
}

function fetchFailure({ dir, url }: Wanted, error: unknown): unknown {
  if (!(error instanceof GitFailure)) return error;
  const trouble = explainGit(error.stderr);
  const hint = isRelativeUrl(url) ? `a relative url is taken from inputs/${dir}; check it` : trouble.hint;
  return failure(
    'fetch-failed',
    { dir, url: withoutSecrets(url), reason: trouble.reason, hint },
    { cause: error },
  );
}

/** Warns of each tag that `work` moves. */
async function watchingTags(
  { clone, wanted: { dir }, emit }: Fetch,
  work: () => Promise<void>,
): Promise<void> {
  const before = await refsHere(clone, ['refs/tags/']);
  await work();
  const after = await refsHere(clone, ['refs/tags/']);
  for (const [ref, { commit }] of before) {
    const now = after.get(ref)?.commit;
    if (now === undefined || now === commit) continue;
    const tag = ref.slice('refs/tags/'.length);
    emit({
      kind: 'warning',
      text: `the tag "${tag}" of "${dir}" has moved from ${commit} to ${now} since it was fetched`,
    });
  }
}

function place({ url }: Wanted): string {
  return `at "${withoutSecrets(url)}"`;
}
