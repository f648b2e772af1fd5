import type { SourceProblem } from './sources.js';

/** How a run of gitian-updater ended. Everything a package or a place can be refused for is data, not an error. */
export type Outcome =
  | ({ readonly kind: 'installed' } & Installed)
  /** A dry run that would have installed it. */
  | ({ readonly kind: 'would-install' } & Installed)
  /** In good order, and to be installed by a call after `until` (milliseconds since 1970). */
  | { readonly kind: 'waiting'; readonly release: string; readonly until: number; readonly begun: boolean }
  /** The destination holds something that this program didn't put there. */
  | {
      readonly kind: 'not-ours';
      readonly reason: string;
      readonly paths: readonly string[];
      readonly remedy: Remedy;
    }
  /** `passing`: a place may do better in a moment. */
  | {
      readonly kind: 'not-downloaded';
      readonly problems: readonly SourceProblem[];
      readonly passing: boolean;
    }
  | NothingNew
  | Refusal;

/** What can be done about a destination that can't be used. */
export type Remedy =
  'other-folder' | 'name-folder' | 'restore-manifest' | 'overwrite' | 'move' | 'permit' | 'unmount';

/** What is installed; `files` of the package are put in place, those that are as before too. */
export interface Installed {
  readonly package: PackageFacts;
  readonly changes: Changes;
  readonly files: number;
}

/** The release that is installed is the newest. */
export interface NothingNew {
  readonly kind: 'nothing-new';
  readonly release: string;
}

/** Why a package that was downloaded is not installed; `reasons` are sentences. */
export type Refusal =
  /** `place`: where the other package is. */
  | {
      readonly kind: 'other-package';
      readonly place: 'download' | 'destination';
      readonly expected: string;
      readonly found: string;
    }
  | { readonly kind: 'downgrade'; readonly installed: string; readonly offered: string }
  | { readonly kind: 'untrusted'; readonly reasons: readonly string[] };

/** What is known of a package whose signatures are good. */
export interface PackageFacts {
  readonly name: string;
  readonly release: string;
  /** What was installed before. */
  readonly previous: string | undefined;
  readonly weight: number;
  readonly minimumWeight: number;
  readonly signers: readonly CountedSigner[];
  /** Files of the package that no manifest lists: they are left out. */
  readonly unlisted: readonly string[];
  /** Listed as optional, and not in the package. */
  readonly missing: readonly string[];
}

/** A signer whose weight was counted. */
export interface CountedSigner {
  readonly name: string;
  readonly fingerprint: string;
  readonly weight: number;
}

/** What an installation does to the destination; paths below it. */
export interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** The original's exit codes. */
export function exitCodeOf(outcome: Outcome): number {
  switch (outcome.kind) {
    case 'installed':
    case 'would-install':
      return 0;
    case 'not-ours':
      return 1;
    case 'not-downloaded':
    case 'nothing-new':
      return 2;
    case 'other-package':
      return 3;
    case 'downgrade':
      return 4;
    case 'untrusted':
      return 5;
    case 'waiting':
      return 100;
  }
}
