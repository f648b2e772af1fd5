import { copyFile, constants, rm, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Emit } from '../core/events.js';
import { Steps } from '../core/steps.js';
import { systemWords } from '../core/words/system-words.js';
import type { Configuration } from './configuration.js';
import type { Accepted } from './examine.js';
import { shownBytes } from '../core/words/shown-bytes.js';
import { HttpClient, type Proxies } from '../http/client.js';
import { download } from './http/download.js';
import { TransferProblem } from '../http/problem.js';
import { shownUrl } from './http/url.js';
import type { InstalledManifest } from './install/installed-manifest.js';
import type { NothingNew, Outcome, Refusal } from './outcome.js';
import { sourcesOf, type Offer, type SourceProblem } from './sources.js';
import { compareVersions } from './versions.js';

/** What is looked for, and how. */
export interface FetchRequest {
  readonly configuration: Configuration;
  readonly installed: InstalledManifest | undefined;
  readonly force: boolean;
  /** Where the package is to lie. */
  readonly path: string;
  readonly proxies: Proxies;
  readonly timeout: number;
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

/** Decides on a package that was downloaded. */
export type Examine = (path: string, url: string) => Promise<Accepted | NothingNew | Refusal>;

/**
 * Asks each place for the newest package until one brings a package that may be installed. A place that offers what is
 * installed is passed over, one that offers an older release comes last, one whose package is refused doesn't keep the
 * next one from being asked: a mirror that lies must not block those that don't.
 */
export async function fetchPackage(
  request: FetchRequest,
  examine: Examine,
  emit: Emit,
): Promise<Accepted | Outcome> {
  const { proxies, timeout, userAgent, signal } = request;
  using client = new HttpClient({ proxies, timeout, userAgent, signal });
  return await new Search({ ...request, client }, examine, emit).run();
}

type SearchRequest = FetchRequest & { readonly client: HttpClient };

class Search {
  readonly #request: SearchRequest;
  readonly #examine: Examine;
  readonly #emit: Emit;
  readonly #problems: SourceProblem[] = [];
  #passing = false;
  #refusal: Refusal | undefined;
  #same: NothingNew | undefined;

  constructor(request: SearchRequest, examine: Examine, emit: Emit) {
    this.#request = request;
    this.#examine = examine;
    this.#emit = emit;
  }

  /** Problems of places are warnings where another place did better; else the outcome tells them. */
  async run(): Promise<Accepted | Outcome> {
    const found = await this.#search();
    if (found === undefined) {
      return { kind: 'not-downloaded', problems: this.#problems, passing: this.#passing };
    }
    for (const { url, reason } of this.#problems) {
      this.#emit({ kind: 'warning', text: `could not download from ${url}: ${reason}` });
    }
    return found;
  }

  async #search(): Promise<Accepted | NothingNew | Refusal | undefined> {
    const older: Offer[] = [];
    for (const source of sourcesOf(this.#request.configuration)) {
      const offer = await this.#attempt(source.url, () => source.offer(this.#request));
      if (offer === undefined) continue;
      if (this.#isOlder(offer)) older.push(offer);
      else {
        const accepted = await this.#take(offer);
        if (accepted !== undefined) return accepted;
      }
    }
    for (const offer of this.#same === undefined ? older : []) {
      const accepted = await this.#take(offer);
      if (accepted !== undefined) return accepted;
    }
    return this.#refusal ?? this.#same;
  }

  /** How an offer's release compares with what is installed; undefined where nothing is known. */
  #order({ release }: Offer): number | undefined {
    const { installed } = this.#request;
    return installed === undefined || release === undefined
      ? undefined
      : compareVersions(release, installed.release);
  }

  #isOlder(offer: Offer): boolean {
    return !this.#request.force && (this.#order(offer) ?? 0) < 0;
  }

  async #take(offer: Offer): Promise<Accepted | undefined> {
    const { force, installed } = this.#request;
    if (!force && installed !== undefined && this.#order(offer) === 0) {
      this.#same ??= { kind: 'nothing-new', release: installed.release };
      return undefined;
    }
    // Somebody who says which release it is has said that it's the one we have.
    if (!force && this.#same !== undefined && offer.release === undefined) return undefined;
    const path = await this.#attempt(offer.url, () => this.#fetch(offer));
    if (path === undefined) return undefined;
    const examined = await this.#examine(path, shownUrl(offer.url));
    if (examined.kind === 'accepted') return examined;
    await rm(this.#request.path, { force: true });
    if (examined.kind === 'nothing-new') this.#same ??= examined;
    else {
      this.#refusal ??= examined;
      this.#emit({ kind: 'note', text: `the package of ${shownUrl(offer.url)} is refused` });
    }
    return undefined;
  }

  async #fetch({ url, ledBy }: Offer): Promise<string> {
    const { path, configuration, timeout, signal, client } = this.#request;
    if (new URL(url).protocol === 'file:') return this.#copy(fileURLToPath(url));
    await new Steps(this.#emit).run(`Downloading ${shownUrl(url)}`, (progress) =>
      download({ url, ledBy, path, limit: configuration.maximumSize, timeout, signal }, client, progress),
    );
    return path;
  }

  /** A copy, so that nobody changes it under our eyes; where the file system can share, it costs nothing. */
  async #copy(from: string): Promise<string> {
    const { path, configuration } = this.#request;
    const found = await stat(from).catch((error: unknown) => {
      throw new TransferProblem(systemWords(error), { passing: false, cause: error });
    });
    if (!found.isFile()) throw new TransferProblem('it is not a file', { passing: false });
    const limit = configuration.maximumSize;
    if (found.size > limit) {
      throw new TransferProblem(`it is larger than ${shownBytes(limit)}, which is the limit`, {
        passing: false,
      });
    }
    await copyFile(from, path, constants.COPYFILE_FICLONE);
    return path;
  }

  /** What `work` returns; a problem of the place is remembered. */
  async #attempt<T>(url: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransferProblem)) throw error;
      this.#problems.push({ url: shownUrl(url), reason: error.message });
      this.#passing ||= error.passing;
      return undefined;
    }
  }
}
