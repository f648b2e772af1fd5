import { readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exists } from '../../core/files/exists.js';
import { failure } from '../../core/errors/gitian-error.js';
import { makeFolder } from '../../core/files/make-folder.js';
import { quoteWord } from '../../core/processes/shell-quote.js';
import { explainGit, type GitTrouble } from './explain.js';
import { GitFailure, gitAt, type Git, type GitPlace } from './git.js';
import type { Reach } from './settings.js';
import { parseStatus, statusArguments, type WorkTreeState } from './status.js';
import { isLocalUrl, withoutSecrets } from './url.js';

/** A clone in `inputs/`, ready to be fetched into. */
export interface Clone {
  /** As the user would type it: `inputs/<dir>`. */
  readonly shown: string;
  readonly directory: string;
  /** Git for what is short and reaches no server. */
  readonly offline: Git;
  /** Git for what takes its time, with the servers that the remote's url makes right. */
  readonly online: Git;
  /** The repository within `directory`. */
  readonly gitDirectory: string;
  /** The file that says what is checked out. */
  readonly head: string;
  /** A note that lies there while this tool changes the work tree. */
  readonly unfinished: string;
}

/** What opening a clone takes. */
export interface CloneSpec {
  readonly shown: string;
  readonly directory: string;
  readonly url: string;
  readonly skipFetch: boolean;
  readonly signal: AbortSignal;
  readonly progress?: ((text: string) => void) | undefined;
}

/** HEAD of a clone with nothing checked out: a name that no fetched branch can move. */
const nothing = 'refs/gitian/nothing';

/** Opens the clone in a directory, or makes an empty one there if it is missing or empty. Throws `clone-unusable` for anything else. */
export async function openClone(spec: CloneSpec): Promise<Clone> {
  await makeFolder(spec.directory);
  const directory = await realpath(spec.directory);
  const place = (reach: Reach, filters: readonly string[] = []): GitPlace => {
    return { directory, ceiling: dirname(directory), reach, filters, signal: spec.signal };
  };
  const git = await gitAt(place('nothing'));
  const gitDirectory = await repositoryIn(directory, spec, git);
  await demandOwnObjects(gitDirectory, spec, git);
  const config = parseConfig(await git('config', '--null', '--list'));
  if (!spec.skipFetch) await rememberUrl(git, config, spec.url);
  const filters = filterNames([...config.keys()]);
  const reach = spec.skipFetch ? 'nothing' : isLocalUrl(spec.url) ? 'local' : 'network';
  return {
    shown: spec.shown,
    directory,
    offline: await gitAt(place('nothing', filters)),
    online: await gitAt({ ...place(reach, filters), endsHelpers: true, progress: spec.progress }),
    gitDirectory,
    head: join(gitDirectory, 'HEAD'),
    unfinished: join(gitDirectory, 'gitian-unfinished'),
  };
}

/** Makes sure of a repository with a work tree and returns its `.git`. */
async function repositoryIn(directory: string, spec: CloneSpec, git: Git): Promise<string> {
  const found = await readdir(directory);
  // An init that was interrupted leaves nothing but a broken .git.
  if (
    found.length === 0 ||
    (found.join() === '.git' && (await attempt(git, 'rev-parse', '--git-dir')) === undefined)
  ) {
    if (spec.skipFetch) {
      const reason = 'there is nothing in it, and --skip-fetch fetches nothing';
      throw unusable(spec, { reason, hint: 'run it without --skip-fetch' });
    }
    await git('init', '--quiet', '--template=');
    await git('symbolic-ref', 'HEAD', nothing);
  } else if (!found.includes('.git')) {
    throw unusable(spec, { reason: 'it is no git clone', hint: 'move it away, so that it can be fetched' });
  }
  try {
    const [bare, gitDirectory] = (await git('rev-parse', '--is-bare-repository', '--absolute-git-dir')).split(
      '\n',
    );
    if (bare !== 'false' || gitDirectory === undefined) {
      throw unusable(spec, { reason: 'it has no work tree', hint: undefined });
    }
    return gitDirectory;
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    throw unusable(spec, explainGit(error.stderr), error);
  }
}

/** What the target gets is the clone alone, and git there shows one object in place of another where a clone says so. */
async function demandOwnObjects(gitDirectory: string, spec: CloneSpec, git: Git): Promise<void> {
  const clone = quoteWord(spec.shown);
  if ((await git('for-each-ref', '--count=1', 'refs/replace/')) !== '') {
    const reason = 'it has replacements, so that a hash in it may mean another content';
    throw unusable(spec, { reason, hint: `git -C ${clone} replace --delete $(git -C ${clone} replace)` });
  }
  const alternates = join(gitDirectory, 'objects/info/alternates');
  if (await exists(alternates)) {
    const reason = 'it borrows objects from another, which the target does not have';
    throw unusable(spec, { reason, hint: `git -C ${clone} repack -a -d && rm ${quoteWord(alternates)}` });
  }
}

/** The failure that a clone can't be worked with. */
export function unusable(
  { shown }: Pick<CloneSpec, 'shown'>,
  { reason, hint }: GitTrouble,
  cause?: unknown,
): Error {
  return failure('clone-unusable', { clone: shown, reason, hint }, { cause });
}

/** Reads `git config --null --list`; the last value of a name counts. */
export function parseConfig(output: string): Map<string, string> {
  const entries = output.split('\0').filter((entry) => entry !== '');
  return new Map(
    entries.map((entry) => {
      const [name = '', ...value] = entry.split('\n');
      return [name, value.join('\n')];
    }),
  );
}

/** Names of the filters that a configuration knows, such as lfs. */
export function filterNames(keys: readonly string[]): string[] {
  const filters = keys.map((key) => /^filter\.(.+)\.[^.]+$/s.exec(key)?.[1]);
  return [...new Set(filters.filter((name) => name !== undefined))];
}

/** Submodules with relative urls are found from here. A remote that the user configured stays as it is. */
async function rememberUrl(git: Git, config: ReadonlyMap<string, string>, url: string): Promise<void> {
  const remembered = withoutSecrets(url);
  if (config.has('remote.origin.fetch') || config.get('remote.origin.url') === remembered) return;
  await git('config', '--local', '--', 'remote.origin.url', remembered);
}

/** What `git` prints, or undefined when it says no. */
export async function attempt(git: Git, ...args: readonly string[]): Promise<string | undefined> {
  try {
    return await git(...args);
  } catch (error) {
    if (error instanceof GitFailure) return undefined;
    throw error;
  }
}

/** Looks at what is checked out. */
export async function workTreeState({ offline }: Clone): Promise<WorkTreeState> {
  return parseStatus(await offline(...statusArguments));
}

/** What the guest leaves there beside the commit: it cleans a clone of untracked files, but not of ignored ones, nor of repositories within it. */
export async function looseFiles(
  { directory }: Clone,
  { ignored, untracked }: WorkTreeState,
): Promise<string[]> {
  const found = await Promise.all(untracked.map(async (path) => exists(join(directory, path, '.git'))));
  return [...ignored, ...untracked.filter((_, index) => found[index] === true)];
}

/** Detaches HEAD from a branch, so that fetching into the branch moves nothing under the work tree. */
export async function detach({ offline }: Clone, { head, detached }: WorkTreeState): Promise<void> {
  if (head === undefined) await offline('symbolic-ref', 'HEAD', nothing);
  else if (!detached) await offline('update-ref', '--no-deref', 'HEAD', head);
}

/** Whether an earlier run was ended while it changed the work tree, so that its state is not the user's doing. */
export async function wasInterrupted({ unfinished }: Clone): Promise<boolean> {
  return stat(unfinished).then(
    () => true,
    () => false,
  );
}

/** Notes that the work tree is being changed; the note outlives this process. */
export async function beginChange({ unfinished }: Clone): Promise<void> {
  await writeFile(unfinished, 'A checkout by gbuild is under way, or was interrupted.\n');
}

/** The work tree is whole again. */
export async function endChange({ unfinished }: Clone): Promise<void> {
  await rm(unfinished, { force: true });
}
