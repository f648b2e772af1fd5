import { failure, type GitianError } from '../core/errors/gitian-error.js';

/** What was being made, for the words of a failure. */
export interface Attempt {
  readonly image: string;
  readonly suite: string;
  readonly architecture: string;
  readonly keyrings: readonly string[];
  /** Where the root file system grew. */
  readonly directory: string;
}

/** Turns the last lines of the log into the failure that they tell of. */
export function diagnose(lines: readonly string[], attempt: Attempt, log: string): GitianError {
  const text = lines.join('\n');
  const details = { log, lines: lines.slice(-5) };
  const find = (pattern: RegExp): string[] => [...(pattern.exec(text) ?? [])];
  if (/No space left on device|not enough (?:free )?space/i.test(text)) {
    return failure('disk-full', { path: attempt.directory }, { log });
  }
  const [unsigned] = find(/^.*(?:NO_PUBKEY|is not signed|couldn't be verified|Missing key).*$/m);
  const [expired] = find(/^.*(?:is expired \(invalid since|is not valid yet).*$/m);
  const [, mixed] = find(/^E: (.*(?:Mirror sync in progress|Hash Sum mismatch).*)$/m);
  const [, absent] = find(/^E: The repository '(\S+) .*' (?:does not have|no longer has) a Release file/m);
  const [unreachable] = find(
    /^.*(?:Could not resolve|Temporary failure resolving|Could not connect|Unable to connect|Cannot initiate the connection|Connection (?:refused|failed|timed out)|Network is unreachable).*$/m,
  );
  const [, noPackage] = find(/^E: (?:Unable to locate package|Package '?) ?([^'\s]+)/m);
  const [, component] = find(/^[EW]: .*[Uu]nable to find expected entry '([^']+)' in Release file/m);
  if (unreachable !== undefined) {
    return failure('base-archive-unreachable', { reason: sentence(unreachable) }, details);
  }
  if (absent !== undefined) {
    return failure('base-suite-absent', { suite: attempt.suite, url: absent }, details);
  }
  if (mixed !== undefined) return failure('base-archive-inconsistent', { reason: mixed }, { log });
  if (expired !== undefined) return failure('base-archive-expired', { reason: sentence(expired) }, details);
  if (unsigned !== undefined) {
    const { keyrings } = attempt;
    return failure('base-archive-untrusted', { reason: sentence(unsigned), keyrings }, details);
  }
  const missing = noPackage ?? component;
  if (missing !== undefined) {
    const { suite, architecture } = attempt;
    return failure('base-package-absent', { name: missing, suite, architecture }, details);
  }
  const [, said] = find(/^E: (?!(?:setup|system|mmdebstrap|unshared command|apt-get) )(.+)$/m);
  return failure('base-image-failed', { image: attempt.image, reason: said ?? '' }, details);
}

/** A program's line without the marks in front of it. */
function sentence(line: string): string {
  return line.replace(/^\s*(?:[EW]:|Err:\d+)?\s*/, '').trim();
}
