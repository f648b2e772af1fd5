import { readFile } from 'node:fs/promises';
import { run } from '../../core/processes/process.js';
import type { Distro } from '../../descriptor/descriptor.js';
import type { SomeArchives } from './mirrors.js';
import { distroOf } from './suites.js';

/** One archive and suite of the host's own apt configuration. */
export interface HostIndex {
  /** Without a slash at the end. */
  readonly url: string;
  /** What stands after the address in an apt line. */
  readonly release: string;
  readonly component: string;
}

/** What apt knows of an archive whose indexes it has fetched. */
export interface FetchedIndex extends HostIndex {
  /** Who the archive says it is: `Debian`, `Ubuntu`. */
  readonly origin: string;
  /** Where it is configured: a file and, after a colon, the number of the line or stanza. */
  readonly entry: string;
}

/** The archives that the host installs its own distribution from, and what they are signed with. */
export interface HostArchives extends SomeArchives {
  /** Keyring files that the entries name. */
  readonly keyrings: readonly string[];
}

/** Asks apt on this host for its archives of `distro`; finds nothing where apt isn't there. */
export async function hostArchives(distro: Distro): Promise<HostArchives> {
  const [configured, fetched] = await Promise.all([configuredIndexes(), fetchedIndexes()]);
  const archives = chooseArchives(distro, configured, fetched);
  const used = fetched.filter(({ url }) => url === archives.main || url === archives.security);
  const keyrings = await Promise.all([...new Set(used.map(({ entry }) => entry))].map(keyringsOf));
  return { ...archives, keyrings: [...new Set(keyrings.flat())] };
}

/**
 * Picks the distribution's own archives out of an apt configuration that may name others with the same suite names:
 * where apt has fetched an index, its signed origin decides; else the component and the end of the address do.
 */
export function chooseArchives(
  distro: Distro,
  configured: readonly HostIndex[],
  fetched: readonly FetchedIndex[],
): SomeArchives {
  const origins = new Map(fetched.map(({ url, origin }) => [url, origin.toLowerCase()]));
  const own = configured.filter(({ url, component }) => {
    if (!/^https?:/.test(url) || component !== 'main') return false;
    const origin = origins.get(url);
    return origin === undefined ? new RegExp(`/${distro}(-security)?$`).test(url) : origin === distro;
  });
  const security = own.find(({ release }) => suiteOfSecurity(release) !== undefined);
  const main = own.find(({ release }) => distroOf(release) === distro);
  return { main: main?.url, security: security?.url };
}

/** No address is longer, in characters; what parts one takes its time with longer ones. */
const longestUri = 4096;

/** Reads `apt-get update --print-uris`: every index that apt would fetch, also where it has fetched none so far. */
export function parseUris(output: string): HostIndex[] {
  return output.split('\n').flatMap((line) => {
    if (line.length > longestUri) return [];
    const [, url, release, component] =
      /^'([^']+?)\/+dists\/(.+)\/([^/]+)\/binary-[^/]+\/Packages/.exec(line) ?? [];
    return url === undefined || release === undefined || component === undefined
      ? []
      : [{ url, release, component }];
  });
}

/** Reads what {@link indexFormat} makes `apt-get indextargets` print. */
export function parseIndexTargets(output: string): FetchedIndex[] {
  return output.split('\n').flatMap((line) => {
    const [url, release, component, origin, entry] = line.split('\t');
    if (url === undefined || release === undefined || component === undefined) return [];
    if (origin === undefined || entry === undefined) return [];
    return [{ url: url.replace(/\/+$/, ''), release, component, origin, entry }];
  });
}

/** The keyring files that one entry of an apt configuration names; `index` counts lines or stanzas from 1. */
export function signedBy(path: string, text: string, index: number): string[] {
  const value = path.endsWith('.sources') ? stanzaKey(text, index) : lineOption(text, index);
  return (value ?? '').split(/[\s,]+/).filter((word) => word.startsWith('/'));
}

function stanzaKey(text: string, index: number): string | undefined {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  const stanzas = lines
    .join('\n')
    .split(/\n[ \t]*\n/)
    .filter((stanza) => stanza.trim() !== '');
  return /^signed-by:(.*(?:\n[ \t].*)*)/im.exec(stanzas[index - 1] ?? '')?.[1];
}

function lineOption(text: string, index: number): string | undefined {
  const options = /^\s*deb\s+\[([^\]]*)\]/.exec(text.split('\n')[index - 1] ?? '')?.[1];
  return /(?:^|\s)signed-by=(\S+)/i.exec(options ?? '')?.[1];
}

function suiteOfSecurity(release: string): string | undefined {
  return /^(.+)(?:-security|\/updates)$/.exec(release)?.[1];
}

async function configuredIndexes(): Promise<HostIndex[]> {
  return parseUris(await apt(['update', '--print-uris']));
}

const indexFormat = '$(REPO_URI)\t$(RELEASE)\t$(COMPONENT)\t$(ORIGIN)\t$(SOURCESENTRY)';

async function fetchedIndexes(): Promise<FetchedIndex[]> {
  return parseIndexTargets(await apt(['indextargets', '--format', indexFormat, 'Created-By: Packages']));
}

async function apt(args: readonly string[]): Promise<string> {
  const result = await run({ program: 'apt-get', args, check: false }).catch(() => undefined);
  return result?.exitCode === 0 ? result.stdout : '';
}

async function keyringsOf(entry: string): Promise<string[]> {
  const [, path, index] = /^(\/.+):(\d+)$/.exec(entry) ?? [];
  if (path === undefined) return [];
  const text = await readFile(path, 'utf8').catch(() => '');
  return signedBy(path, text, Number(index));
}
