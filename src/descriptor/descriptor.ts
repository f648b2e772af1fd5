/** What a build is, as its author wrote it; every value was validated. */
export interface Descriptor {
  readonly name: string;
  readonly distro: Distro;
  readonly suites: readonly string[];
  readonly architectures: readonly Architecture[];
  /** apt package names, `name:i386` included, in the author's order. */
  readonly packages: readonly string[];
  readonly remotes: readonly Remote[];
  /** Plain names under `inputs/`. */
  readonly files: readonly string[];
  /** `YYYY-MM-DD HH:MM:SS`; without it the last remote's author date is used. */
  readonly referenceDatetime: string | undefined;
  readonly enableCache: boolean;
  /** Foreign architectures. */
  readonly multiarch: readonly string[];
  readonly repositories: readonly Repository[];
  readonly alternatives: readonly Alternative[];
  /** bash source. */
  readonly script: string;
  readonly sudo: boolean;
  /** Outputs that a verifier may miss. */
  readonly optionals: readonly string[];
  /** One per suite, or none. */
  readonly dockerImageDigests: readonly string[];
}

/** The guest's distribution, and the name of its build user. */
export type Distro = 'ubuntu' | 'debian';

/** As a descriptor writes it; `linux64` is an older word for amd64 that stays in names. */
export type Architecture = 'amd64' | 'i386' | 'linux64';

/** A git repository that the build needs, cloned into `inputs/<dir>`. */
export interface Remote {
  readonly url: string;
  readonly dir: string;
  /** Branch, tag or hash; without it `--commit` has to name one. */
  readonly commit: string | undefined;
}

/** A further apt repository. */
export interface Repository {
  /** One line of `sources.list`. */
  readonly source: string;
  /** What `apt-get -t` gets. */
  readonly distribution: string;
  readonly packages: readonly string[];
}

/** What `update-alternatives --set` gets. */
export interface Alternative {
  readonly package: string;
  readonly path: string;
}
