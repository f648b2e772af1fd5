/**
 * What a base image was made of: the JSON file `<image>.json` beside it. Builds look up in it the hashes of packages
 * that the archive has replaced since.
 */
export interface BaseRecord {
  /** Version of this format. */
  readonly format: 1;
  readonly distro: string;
  readonly suite: string;
  /** As in the image's name. */
  readonly architecture: string;
  readonly image: {
    readonly sha256: string;
    readonly bytes: number;
  };
  readonly made: {
    /** When, in ISO 8601, UTC. */
    readonly at: string;
    /** Versions of the programs that made it, by name. */
    readonly by: Readonly<Record<string, string>>;
  };
  /** `SOURCE_DATE_EPOCH` while it was made: when the suite's index was made, in seconds since 1970. */
  readonly sourceDateEpoch: number;
  /** Lines of `sources.list` that it was installed from, and that the guest has. The two differ with an apt-cacher-ng. */
  readonly sources: {
    readonly installed: readonly string[];
    readonly guest: readonly string[];
  };
  /** The signed indexes that were used. */
  readonly releases: readonly RecordedRelease[];
  /** Every installed package, sorted by name and architecture. */
  readonly packages: readonly RecordedPackage[];
  /** Of an image for machines only. */
  readonly machine?: RecordedMachine;
}

/** What a machine is started with and recognised by. */
export interface RecordedMachine {
  /** The public key of the guest's ssh server, such as `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** Size of the disk as the guest sees it. */
  readonly diskMiB: number;
  /** The kernel's architecture, which isn't always the guest's: amd64 or i386. */
  readonly architecture: string;
  /** The kernel beside the image; a disk that boots by itself has it inside. */
  readonly kernel?: RecordedFile;
  /** The initial RAM disk beside the image. */
  readonly initrd?: RecordedFile;
  /** The packages that kernel, initial RAM disk and boot loader are of; they are not installed in the guest. */
  readonly packages: readonly RecordedPackage[];
}

/** A file beside an image. */
export interface RecordedFile {
  readonly sha256: string;
}

/** One signed index of an archive. */
export interface RecordedRelease {
  readonly origin: string;
  readonly suite: string;
  readonly codename: string;
  /** When the archive made it, in ISO 8601, UTC. */
  readonly date: string;
  /** SHA-256 of the signed file. */
  readonly sha256: string;
}

/** One installed package. */
export interface RecordedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Where the archive has it, such as `pool/main/h/hello/hello_2.10-3_amd64.deb`. */
  readonly file: string;
  readonly sha256: string;
}

/** Where the record of an image lies. */
export function recordPath(image: string): string {
  return `${image}.json`;
}

/** The bytes of a record's file. */
export function writeBaseRecord(record: BaseRecord): string {
  return `${JSON.stringify(record, undefined, 1)}\n`;
}
