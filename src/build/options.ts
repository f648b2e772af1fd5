import type { NetworkPolicy } from './network-policy.js';

/** What the user may say about a build beside its descriptor. */
export interface BuildOptions {
  /** `--skip-image`: the target as the last build left it. */
  readonly skipImage: boolean;
  readonly upgrade: boolean;
  /** `-j`: processors of the target and of `make`. */
  readonly processors: number;
  /** `-m`, in MiB. */
  readonly memory: number;
  /** `--commit`: directory of a remote → what to check out. */
  readonly commits: ReadonlyMap<string, string>;
  /** `--url`: directory of a remote → where to fetch from. */
  readonly urls: ReadonlyMap<string, string>;
  readonly cacheReadOnly: boolean;
  readonly skipFetch: boolean;
  /** `--offline`: packages from the cache alone. */
  readonly offline: boolean;
  /** `--network`: what the script may reach. */
  readonly network: NetworkPolicy;
  readonly fetchBranches: boolean;
  readonly fetchTags: boolean;
  /** `--skip-cleanup`: the target stays up when the build is over, however it ended. */
  readonly skipCleanup: boolean;
  readonly allowSudo: boolean;
  /** `--no-layer`: layers are neither used nor kept. */
  readonly noLayer: boolean;
  /** `--frozen`: the layer that was sealed last, whatever the archives have become since. */
  readonly frozen: boolean;
  /** `--timings`: the table of steps is shown. */
  readonly showTimings: boolean;
  /** Whether the build log goes to the terminal too. */
  readonly streamLog: boolean;
}
