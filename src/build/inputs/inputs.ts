import { join } from 'node:path';
import { failure } from '../../core/errors/gitian-error.js';
import type { Emit } from '../../core/events.js';
import type { Progress } from '../../core/steps.js';
import type { Workspace } from '../../core/workspace.js';
import type { Descriptor, Remote } from '../../descriptor/descriptor.js';
import { revisionProblem } from '../git/revision.js';
import type { CheckedOut, RemoteJob } from '../git/remote.js';
import { urlProblem } from '../git/url.js';
import { checkInputFiles, hashInputFiles, type InputFile } from './inputs-files.js';
import type { BuildOptions } from '../options.js';

/** What a build reads: hashed files, and clones with a commit checked out. */
export interface Inputs {
  readonly files: readonly InputFile[];
  readonly remotes: readonly CheckedOut[];
  /** The report's `in_manifest`. */
  readonly manifest: string;
}

/** What the user may say about inputs. */
export type InputOptions = Pick<
  BuildOptions,
  'commits' | 'urls' | 'skipFetch' | 'fetchBranches' | 'fetchTags'
>;

/** What fetching inputs needs of the run. */
export interface InputsContext {
  readonly workspace: Workspace;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** SHA-256 of the descriptor's bytes. */
  readonly descriptorSha256: string;
  readonly progress?: Progress | undefined;
}

/** What of a descriptor says which inputs there are. */
export type InputsDescriptor = Pick<Descriptor, 'name' | 'files' | 'remotes'>;

/**
 * Gets a build's inputs in place: files from `inputs/`, remotes as clones in `inputs/<dir>`. Files, options, commits and
 * urls are checked before anything is fetched; whatever fails is exit 2.
 */
export async function fetchInputs(
  descriptor: InputsDescriptor,
  options: InputOptions,
  context: InputsContext,
): Promise<Inputs> {
  const { workspace, signal } = context;
  const jobs = remoteJobs(descriptor.remotes, options, context);
  await checkInputFiles(workspace.inputs, descriptor.files);
  const remotes = await checkOutAll(jobs, context);
  const files = await hashInputFiles(workspace.inputs, descriptor.files, signal);
  const { name } = descriptor;
  const { descriptorSha256 } = context;
  return { files, remotes, manifest: inManifest({ name, descriptorSha256, files, remotes }) };
}

/** What the report says of a build's inputs. */
export interface ManifestedInputs {
  /** The descriptor's. */
  readonly name: string;
  readonly descriptorSha256: string;
  readonly files: readonly Pick<InputFile, 'name' | 'sha256'>[];
  readonly remotes: readonly Pick<CheckedOut, 'dir' | 'commit'>[];
}

/** The report's `in_manifest`, as the original writes it: no newline after and between the remotes. */
export function inManifest({ name, descriptorSha256, files, remotes }: ManifestedInputs): string {
  return [
    `${descriptorSha256}  ${name}-desc.yml\n`,
    ...files.map(({ name: file, sha256 }) => `${sha256}  ${file}\n`),
    ...remotes.map(({ dir, commit }) => `git:${commit} ${dir}`),
  ].join('');
}

function remoteJobs(remotes: readonly Remote[], options: InputOptions, context: InputsContext): RemoteJob[] {
  const known = remotes.map(({ dir }) => dir);
  const unknown = (pairs: ReadonlyMap<string, string>): readonly string[] =>
    [...pairs.keys()].filter((dir) => !known.includes(dir));
  const [commits, urls] = [unknown(options.commits), unknown(options.urls)];
  if (commits.length > 0) throw failure('remote-unknown', { option: '--commit', dirs: commits, known });
  if (urls.length > 0) {
    // Release scripts name the URLs for all of their descriptors at once.
    const { message: text, hint = '' } = failure('remote-unknown', { option: '--url', dirs: urls, known });
    context.emit({ kind: 'warning', text, hint });
  }
  const lacking = remotes.filter(({ dir, commit }) => commit === undefined && !options.commits.has(dir));
  if (lacking.length > 0) throw failure('commit-missing', { dirs: lacking.map(({ dir }) => dir) });
  return remotes.map((remote) => remoteJob(remote, options, context));
}

function remoteJob(
  remote: Remote,
  options: InputOptions,
  { workspace, signal, emit, progress }: InputsContext,
): RemoteJob {
  const { dir } = remote;
  const asked = options.commits.get(dir);
  // The descriptor's commit wins, as in the original, but not silently.
  if (remote.commit !== undefined && asked !== undefined && asked !== remote.commit) {
    emit({
      kind: 'warning',
      text: `the descriptor says "${remote.commit}" for "${dir}", so --commit has no say there`,
    });
  }
  const commit = remote.commit ?? asked ?? '';
  const url = options.urls.get(dir) ?? remote.url;
  refuse(`the commit of "${dir}"`, commit, revisionProblem(commit));
  refuse(`the url of "${dir}"`, url, urlProblem(url));
  return {
    dir,
    url,
    commit,
    shown: `inputs/${dir}`,
    directory: join(workspace.inputs, dir),
    skipFetch: options.skipFetch,
    fetchBranches: options.fetchBranches,
    fetchTags: options.fetchTags,
    signal,
    progress:
      progress === undefined
        ? undefined
        : (text) => {
            progress(`${dir}: ${text}`);
          },
  };
}

function refuse(what: string, value: string, reason: string | undefined): void {
  if (reason !== undefined) throw failure('unsafe-name', { what, value, reason });
}

async function checkOutAll(
  jobs: readonly RemoteJob[],
  { emit, progress }: InputsContext,
): Promise<CheckedOut[]> {
  if (jobs.length === 0) return [];
  // Git and its library are loaded only for builds that have remotes.
  const { checkOutRemote } = await import('../git/remote.js');
  const done: CheckedOut[] = [];
  for (const job of jobs) {
    progress?.(job.dir);
    done.push(await checkOutRemote(job, emit));
  }
  return done;
}
