import type { CacheProblem } from '../../packages/cache/obtained.js';
import type { Diagnosis } from '../guest/log-diagnosis.js';
import { lastSegment } from './last-segment.js';

/** What the package cache's problems mean for a step that failed, or undefined where they explain nothing. */
export function explainProblems(problems: readonly CacheProblem[]): Diagnosis | undefined {
  const of = (kind: CacheProblem['kind']): CacheProblem[] => problems.filter((one) => one.kind === kind);
  const [disk] = of('disk');
  if (disk !== undefined)
    return { reason: disk.reason, hint: 'make room there, or put the cache elsewhere: GITIAN_CACHE' };
  const missing = of('missing');
  if (missing.length > 0) return { reason: missingWords(missing), hint: 'build once without --offline' };
  const [failed] = of('failed');
  if (failed !== undefined) {
    const { host } = new URL(failed.url);
    const hint = 'check the network of this host, or build from the package cache alone: gbuild --offline';
    return { reason: `the archive "${host}" can't give "${fileName(failed.url)}": ${failed.reason}`, hint };
  }
  const [forbidden] = of('forbidden');
  if (forbidden === undefined) return undefined;
  return { reason: forbidden.reason, hint: 'name it under repositories: in the descriptor' };
}

/** Whether a step has failed although apt takes it for done: it goes on with older lists when an archive is out of reach. */
export function isFatal({ kind }: CacheProblem): boolean {
  return kind !== 'refused' && kind !== 'missing';
}

/** The file that an archive no longer has, where apt's words say that it failed on that. */
export function explainRefusal(problems: readonly CacheProblem[], words: string): Diagnosis | undefined {
  const refused = problems.find(
    ({ kind, url }) => kind === 'refused' && isPackage(url) && words.includes('Failed to fetch'),
  );
  if (refused === undefined) return undefined;
  const { host } = new URL(refused.url);
  return {
    reason: `the archive "${host}" doesn't give "${fileName(refused.url)}": ${refused.reason}`,
    hint: 'it is just being changed: try again later',
  };
}

/** Whether a URL is a package's; of indexes an archive has only some of those that apt asks for. */
function isPackage(url: string): boolean {
  const { pathname } = new URL(url);
  return pathname.includes('/pool/') || pathname.endsWith('.deb');
}

function missingWords(missing: readonly CacheProblem[]): string {
  const names = [...new Set(missing.map(({ url }) => fileName(url)))];
  const shown = names.slice(0, 3).map((name) => `"${name}"`);
  const more = names.length - shown.length;
  return `the package cache doesn't have ${shown.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

/** A file by its own name; of a suite's files, which are called the same everywhere, also where they are. */
function fileName(url: string): string {
  const { host, pathname } = new URL(url);
  const [, suite] = /\/dists\/(.+)\/(?:InRelease|Release|Release\.gpg)$/.exec(pathname) ?? [];
  if (suite !== undefined) return `${host} ${suite}`;
  const name = lastSegment(pathname);
  return name === '' ? host : name;
}
