import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { fetchInputs, type InputOptions, type Inputs } from '../../../src/build/inputs/inputs.js';
import { GitianError } from '../../../src/core/errors/gitian-error.js';
import type { GitianEvent } from '../../../src/core/events.js';
import { Workspace } from '../../../src/core/workspace.js';
import { git, makeRepository } from './git-repository.js';

const nothingSaid: InputOptions = {
  commits: new Map(),
  urls: new Map(),
  skipFetch: false,
  fetchBranches: false,
  fetchTags: false,
};

/** A folder with a real repository, `origin`, and a workspace that has it as the remote `hello`. */
export class InputsRoom {
  room = '';
  origin = '';
  events: GitianEvent[] = [];
  readonly #place: string;

  constructor(place: string) {
    this.#place = place;
  }

  async open(): Promise<void> {
    this.room = await mkdtemp(join(tmpdir(), 'gitian-inputs-'));
    this.origin = await makeRepository(join(this.room, this.#place));
    this.events = [];
  }

  async close(): Promise<void> {
    await rm(this.room, { recursive: true, force: true });
  }

  /** Where the workspace's clone is, or will be. */
  get clone(): string {
    return join(this.room, 'workspace/inputs/hello');
  }

  /** Fetches what is wanted of `hello`, as gbuild does. */
  async fetch(
    wanted: string | undefined,
    {
      signal = new AbortController().signal,
      ...options
    }: Partial<InputOptions> & { readonly signal?: AbortSignal } = {},
    url = this.origin,
  ): Promise<Inputs> {
    return fetchInputs(
      { name: 'hello', files: [], remotes: [{ dir: 'hello', url, commit: wanted }] },
      { ...nothingSaid, ...options },
      {
        workspace: new Workspace(join(this.room, 'workspace')),
        emit: (event) => this.events.push(event),
        signal,
        descriptorSha256: 'd'.repeat(64),
      },
    );
  }

  /** The same; expects that just this commit is checked out, on no branch, and returns it. */
  async fetchedCommit(
    wanted: string,
    options: Partial<InputOptions> = {},
    url = this.origin,
  ): Promise<string> {
    const { remotes } = await this.fetch(wanted, options, url);
    const [hello] = remotes;
    expect(await git(this.clone, 'rev-parse', 'HEAD')).toBe(hello?.commit);
    await expect(git(this.clone, 'symbolic-ref', '--quiet', 'HEAD')).rejects.toThrow('exited with 1');
    return hello?.commit ?? '';
  }

  /** Fetches from somebody who means harm; expects a sentence that says what is wrong, which it returns, or nothing wrong. */
  async sentenceFor(url = this.origin): Promise<string | undefined> {
    try {
      await this.fetch('master', {}, url);
      return undefined;
    } catch (error) {
      if (!(error instanceof GitianError)) throw error;
      return error.message;
    }
  }

  /** A file of the clone. */
  async text(name: string): Promise<string> {
    return readFile(join(this.clone, name), 'utf8');
  }

  /** The clone's refs, without those that this tool keeps for itself. */
  async refs(): Promise<string[]> {
    return (await git(this.clone, 'for-each-ref', '--format=%(refname)'))
      .split('\n')
      .filter((ref) => !ref.startsWith('refs/gitian/'));
  }

  warnings(): string[] {
    return this.events.flatMap((event) => (event.kind === 'warning' ? [event.text] : []));
  }
}

/** The room of a test file's tests, made anew for each, with the repository at `place`. */
export function inputsRoom(place = 'origin'): InputsRoom {
  const room = new InputsRoom(place);
  beforeEach(() => room.open());
  afterEach(() => room.close());
  return room;
}
