import { setMaxListeners } from 'node:events';
import { Room } from '../../core/room.js';
import { systemWords } from '../../core/words/system-words.js';
import type { Proxies } from '../../http/client.js';
import { statusWords } from '../../http/demand-body.js';
import { isLocalTrouble } from '../../http/local-trouble.js';
import { Silence, TransferProblem } from '../../http/problem.js';
import type { ArchiveRules } from './access.js';
import { archiveClient } from './archive-client.js';
import { claim } from './claim.js';
import type { Entry } from './entry.js';
import { askFor, fetchFile, type Fetched, type FetchManner, type FetchRequest } from './fetch.js';
import type { CacheProblem, Obtained } from './obtained.js';
import { PackageStore } from './store.js';
import { tidyPackages } from './tidy.js';
import { urlFacts, type UrlFacts } from './url-facts.js';

/** What a cache of packages is opened with. */
export interface PackageCacheOptions {
  /** The user's cache folder. */
  readonly folder: string;
  readonly rules: ArchiveRules;
  readonly proxies: Proxies;
  /** Nobody is asked: what isn't here can't be had. */
  readonly offline: boolean;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  readonly manner?: Partial<Pick<FetchManner, 'timeout' | 'pauses' | 'limit'>>;
}

/** How patient the cache is with archives; see {@link FetchManner}. */
const usualManner = { timeout: 30_000, pauses: [500, 2000, 5000], limit: 8 * 2 ** 30 } as const;

/** How many files are fetched at the same time: apt asks for the next ones before it has the first. */
const atOnce = 6;

/**
 * Files of package archives, fetched once for all builds of a user. What never changes is not asked for again; of the
 * rest the archive is asked once in the life of this object whether there is another version.
 */
export class PackageCache implements AsyncDisposable {
  readonly offline: boolean;
  readonly rules: ArchiveRules;
  readonly #store: PackageStore;
  readonly #manner: FetchManner;
  readonly #ending = new AbortController();
  #tidied: Promise<void> | undefined;
  readonly #room = new Room(atOnce);
  readonly #underway = new Map<string, Promise<Obtained>>();
  readonly #current = new Set<string>();
  /** Origins that gave nothing when they were last asked; until some moment they aren't asked again at all. */
  readonly #failing = new Map<string, { readonly problem: TransferProblem; readonly until: number }>();

  private constructor(store: PackageStore, options: PackageCacheOptions) {
    this.#store = store;
    this.offline = options.offline;
    this.rules = options.rules;
    const manner = { ...usualManner, ...options.manner };
    const signal = AbortSignal.any([options.signal, this.#ending.signal]);
    // As many wait for it as files are asked for, which is for the proxy to bound.
    setMaxListeners(0, signal);
    const client = archiveClient(options.rules, {
      proxies: options.proxies,
      timeout: manner.timeout,
      signal,
      userAgent: options.userAgent,
      keptConnections: atOnce,
    });
    this.#manner = { ...manner, client, signal };
  }

  /** Opens the cache; the folders are made where they are missing. Throws `package-cache-unusable`. */
  static async open(options: PackageCacheOptions): Promise<PackageCache> {
    return new PackageCache(await PackageStore.open(options.folder), options);
  }

  /** Tidies the cache in the background, until it is closed. Nobody waits for it, and what fails is tried again later. */
  tidy(): void {
    this.#tidied ??= tidyPackages(this.#store.root, this.#manner.signal).catch(() => undefined);
  }

  /** Gives a file of an archive, wherever it comes from. `authorization` is the header of that name. */
  async obtain(url: string, authorization?: string): Promise<Obtained> {
    const facts = urlFacts(url, authorization);
    const underway = this.#underway.get(facts.name);
    if (underway !== undefined) return underway;
    const work = this.#obtain(facts, authorization === undefined ? {} : { authorization }).finally(() =>
      this.#underway.delete(facts.name),
    );
    this.#underway.set(facts.name, work);
    return work;
  }

  /** Forgets what these URLs gave, to whomever, since it turned out to be wrong; they are asked for anew. */
  async forget(urls: readonly string[]): Promise<void> {
    for (const url of urls) {
      for (const name of await this.#store.drop(urlFacts(url))) this.#current.delete(name);
    }
  }

  /** Ends what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new Error('the package cache is closed'));
    this.#manner.client[Symbol.dispose]();
    await Promise.allSettled([...this.#underway.values(), this.#tidied]);
  }

  async #obtain(facts: UrlFacts, headers: Readonly<Record<string, string>>): Promise<Obtained> {
    try {
      return await this.#find(facts, headers);
    } catch (error) {
      this.#manner.signal.throwIfAborted();
      return { kind: 'problem', problem: problemOf(facts, error, this.#store.root) };
    }
  }

  async #find(facts: UrlFacts, headers: Readonly<Record<string, string>>): Promise<Obtained> {
    for (;;) {
      const known = await this.#known(facts);
      if (known !== undefined && this.#isCurrent(facts)) return known;
      if (this.offline) return missing(facts);
      if (known !== undefined) return this.#room.with(1, async () => this.#fetch(facts, headers, known));
      await using mine = await claim(this.#store.claim(facts), this.#manner.signal);
      // Somebody else had it, and has fetched it by now.
      if (mine === undefined) continue;
      const meanwhile = await this.#known(facts);
      if (meanwhile !== undefined && facts.lasting) return meanwhile;
      return await this.#room.with(
        1,
        async () => (await this.#adopt(facts, headers)) ?? this.#fetch(facts, headers, undefined),
      );
    }
  }

  #isCurrent({ lasting, name }: UrlFacts): boolean {
    return lasting || this.offline || this.#current.has(name);
  }

  async #known(facts: UrlFacts): Promise<Content | undefined> {
    const entry = await this.#store.entry(facts);
    return entry === undefined ? this.#knownByDigest(facts) : this.#content(entry);
  }

  /** What is named by its digest is the same wherever it comes from. */
  async #knownByDigest(facts: UrlFacts): Promise<Content | undefined> {
    if (facts.promised === undefined) return undefined;
    const [other] = await this.#store.others(facts);
    return other === undefined ? undefined : this.#content(other);
  }

  async #content(entry: Entry): Promise<Content | undefined> {
    const path = await this.#store.verified(entry, this.#manner.signal);
    return path === undefined ? undefined : { kind: 'content', entry, path };
  }

  /**
   * Takes a file of a pool that came from another mirror for the one that this mirror has, when it says that its own has
   * the same size and date. Other distributions have files of the same names; apt finds out, should it ever be wrong.
   */
  async #adopt(facts: UrlFacts, headers: Readonly<Record<string, string>>): Promise<Content | undefined> {
    if (!facts.lasting || facts.promised !== undefined) return undefined;
    const others = await this.#store.others(facts);
    if (others.length === 0) return undefined;
    const asked = await askFor({ facts, headers }, this.#manner);
    const same = others.find(
      ({ bytes, lastModified }) => bytes === asked?.bytes && lastModified === asked.lastModified,
    );
    const content = same === undefined ? undefined : await this.#content(same);
    if (content === undefined) return undefined;
    const entry = { ...content.entry, url: facts.url, etag: undefined };
    await this.#store.note(facts, entry);
    return { ...content, entry };
  }

  async #fetch(
    facts: UrlFacts,
    headers: Readonly<Record<string, string>>,
    known: Content | undefined,
  ): Promise<Obtained> {
    const path = this.#store.incoming();
    const request = { facts, headers: { ...headers, ...conditions(known?.entry) }, path };
    let entry: Entry | undefined = known?.entry;
    const fetched = await this.#patiently(request, async ({ sha256, bytes, headers: said }) => {
      await this.#store.keep(path, sha256);
      const [etag, lastModified] = [said.get('etag'), said.get('last-modified')];
      entry = { url: facts.url, sha256, bytes, etag, lastModified };
      await this.#store.note(facts, entry);
    });
    if (fetched.kind === 'refused') return refused(facts, fetched.status);
    if (entry === undefined)
      throw new TransferProblem('the archive says that nothing has changed', { passing: false });
    this.#current.add(facts.name);
    return { kind: 'content', entry, path: this.#store.content(entry.sha256) };
  }

  /**
   * Tries several times; but an archive that was waited for in vain is asked for each further file once, and one that
   * was silent in the end isn't waited for again so soon.
   */
  async #patiently(request: FetchRequest, keep: Parameters<typeof fetchFile>[2]): Promise<Fetched> {
    const { origin } = new URL(request.facts.url);
    const failed = this.#failing.get(origin);
    if (failed !== undefined && performance.now() < failed.until) throw failed.problem;
    const manner = failed === undefined ? this.#manner : { ...this.#manner, pauses: [] };
    try {
      const fetched = await fetchFile(request, manner, keep);
      this.#failing.delete(origin);
      return fetched;
    } catch (error) {
      if (error instanceof TransferProblem && error.passing) {
        const rest = error instanceof Silence ? this.#manner.timeout : 0;
        this.#failing.set(origin, { problem: error, until: performance.now() + rest });
      }
      throw error;
    }
  }
}

type Content = Extract<Obtained, { kind: 'content' }>;

/** What makes a question one for another version than this. */
function conditions(entry: Entry | undefined): Record<string, string> {
  return {
    ...(entry?.etag === undefined ? {} : { 'if-none-match': entry.etag }),
    ...(entry?.lastModified === undefined ? {} : { 'if-modified-since': entry.lastModified }),
  };
}

function missing({ url }: UrlFacts): Obtained {
  return problem({ url, kind: 'missing', reason: 'it is not in the package cache', status: 404 });
}

function refused({ url }: UrlFacts, status: number): Obtained {
  return problem({ url, kind: 'refused', reason: statusWords(status), status });
}

function problem(of: CacheProblem): Obtained {
  return { kind: 'problem', problem: of };
}

/** Tells what went wrong; what is neither the archive's doing nor the disk's is thrown on. */
function problemOf({ url }: UrlFacts, error: unknown, root: string): CacheProblem {
  // A status that apt takes for lasting: what can be tried again was.
  if (error instanceof TransferProblem) return { url, kind: 'failed', reason: error.message, status: 424 };
  if (!isLocalTrouble(error)) throw error;
  const full = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  const reason = full
    ? `the disk that holds "${root}" is full`
    : `"${root}" can't be used: ${systemWords(error)}`;
  return { url, kind: 'disk', reason, status: 424 };
}
