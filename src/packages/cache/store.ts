import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeLeftovers } from '../../core/files/leftovers.js';
import { uniqueMark } from '../../core/files/owner-mark.js';
import { failure } from '../../core/errors/gitian-error.js';
import { sha256File } from '../../core/files/hashing.js';
import { makeFolder } from '../../core/files/make-folder.js';
import { systemWords } from '../../core/words/system-words.js';
import { isLocalTrouble } from '../../http/local-trouble.js';
import { parseEntry, type Entry } from './entry.js';
import type { UrlFacts } from './url-facts.js';

/**
 * The cache on disk: contents by their digest, and an entry per URL that says which one it had. Everything appears by
 * one rename, so several processes may write the same, and none sees a half. Nothing is synced to disk: what a power cut
 * garbles has another digest.
 */
export class PackageStore {
  /** Where everything lies. */
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** Makes the folders; others of this host don't see what a user installs. Throws `package-cache-unusable`. */
  static async open(root: string): Promise<PackageStore> {
    try {
      for (const folder of ['', 'content', 'index', 'incoming', 'claims']) {
        await makeFolder(join(root, folder), 0o700);
      }
      await removeLeftovers(join(root, 'incoming'), { before: '', after: '' });
      return new PackageStore(root);
    } catch (error) {
      if (!isLocalTrouble(error)) throw error;
      throw failure('package-cache-unusable', { folder: root, reason: systemWords(error) });
    }
  }

  /** Where a content lies. */
  content(digest: string): string {
    return join(this.root, 'content', digest.slice(0, 2), digest);
  }

  /** A file for a content that is on its way. */
  incoming(): string {
    return join(this.root, 'incoming', uniqueMark());
  }

  /** Where the process that fetches this URL just now can be found. */
  claim({ name }: UrlFacts): string {
    return join(this.root, 'claims', name.slice(0, 24));
  }

  /** What is known of a URL. */
  async entry(facts: UrlFacts): Promise<Entry | undefined> {
    const entry = await readEntry(this.#entryPath(facts));
    return entry?.url === facts.url ? entry : undefined;
  }

  /** What is known of the same file at other mirrors. */
  async others({ file, url }: UrlFacts): Promise<Entry[]> {
    const all = await this.#entriesOf(file);
    return all.map(({ entry }) => entry).filter((entry) => entry.url !== url);
  }

  /** Notes what a URL has given. */
  async note(facts: UrlFacts, entry: Entry): Promise<void> {
    const path = this.#entryPath(facts);
    const written = this.incoming();
    await writeFile(written, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    await place(written, path);
  }

  /** Takes in the content that lies at `path`; a broken one of the same digest is replaced. */
  async keep(path: string, digest: string): Promise<void> {
    await place(path, this.content(digest));
  }

  /** The file of an entry's content if it is whole; what isn't any more is removed. Noted as used. */
  async verified({ sha256: digest, bytes }: Entry, signal: AbortSignal): Promise<string | undefined> {
    const path = this.content(digest);
    const found = await stat(path).catch(nothingThere);
    if (found === undefined) return undefined;
    if (found.size !== bytes || (await sha256File(path, signal).catch(nothingThere)) !== digest) {
      await rm(path, { force: true });
      return undefined;
    }
    // Access times may be off; whoever tidies sees by this one what nobody uses any more.
    await utimes(path, new Date(), found.mtime).catch(nothingThere);
    return path;
  }

  /** Forgets a URL and what it gave, whoever asked for it. Gives the names of the entries that it had. */
  async drop({ file, url }: UrlFacts): Promise<string[]> {
    const dropped = (await this.#entriesOf(file)).filter(({ entry }) => entry.url === url);
    for (const { name, entry } of dropped) {
      await rm(join(this.#fileFolder(file), name), { force: true });
      await rm(this.content(entry.sha256), { force: true });
    }
    return dropped.map(({ name }) => name);
  }

  /** What is known of a file, at all its mirrors and for all who may have it. */
  async #entriesOf(file: string): Promise<{ readonly name: string; readonly entry: Entry }[]> {
    const folder = this.#fileFolder(file);
    const names = (await readdir(folder).catch(nothingThere)) ?? [];
    const found = await Promise.all(
      names.map(async (name) => ({ name, entry: await readEntry(join(folder, name)) })),
    );
    return found.flatMap(({ name, entry }) => (entry === undefined ? [] : [{ name, entry }]));
  }

  #fileFolder(file: string): string {
    return join(this.root, 'index', file.slice(0, 2), file);
  }

  #entryPath({ file, name }: UrlFacts): string {
    return join(this.#fileFolder(file), name);
  }
}

/** Moves a file to its place, in a folder that may still have to be made. */
async function place(from: string, to: string): Promise<void> {
  await makeFolder(dirname(to), 0o700);
  await rename(from, to);
}

async function readEntry(path: string): Promise<Entry | undefined> {
  const text = await readFile(path, 'utf8').catch(nothingThere);
  return text === undefined ? undefined : parseEntry(text);
}

function nothingThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
  return undefined;
}
