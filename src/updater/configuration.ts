/** What an end user trusts, and where packages are: the file given with `--config`. */
export interface Configuration {
  /** The package's name, as its assertions say it; undefined accepts every package of these signers. */
  readonly name: string | undefined;
  readonly urls: readonly UrlSource[];
  readonly rss: readonly FeedSource[];
  readonly signers: readonly TrustedSigner[];
  readonly minimumWeight: number;
  /** Hours between a package's download and its installation; 0 for none. */
  readonly waitingPeriod: number;
  /** Bytes that a package may have, packed or unpacked. */
  readonly maximumSize: number;
}

/** A package at a fixed place; `versionUrl` is a text file that holds its release. */
export interface UrlSource {
  readonly url: string;
  readonly versionUrl: string | undefined;
}

/** A feed in which packages are announced. */
export interface FeedSource {
  readonly url: string;
  /** XPath of texts or attributes that are packages' URLs. */
  readonly xpath: string;
  /** What such a URL must match; the first group is the release. */
  readonly pattern: RegExp;
}

/** Somebody whose word counts. */
export interface TrustedSigner {
  /** Of the primary key, or of the subkey that signs; upper-case hexadecimal. */
  readonly fingerprint: string;
  readonly weight: number;
  readonly name: string;
  /** The key lies in `gitian/<key>-key.pgp`. */
  readonly key: string;
  /** The primary key's fingerprint or the last 16 digits of it, where `fingerprint` is a subkey's. */
  readonly keyId: string | undefined;
}

/** What `maximumSize` is where the configuration doesn't say: 4 GiB. */
export const defaultMaximumSize = 4 * 1024 ** 3;

/** How many hours a package may wait, which are eleven years: with any number, its time might be none that a clock shows. */
export const longestWait = 100_000;
