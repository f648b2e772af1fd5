import { isFailure } from '../core/errors/gitian-error.js';
import type { Emit } from '../core/events.js';
import { Steps } from '../core/steps.js';
import { openArchive, type Archive } from '../zip/archive.js';
import type { Configuration } from './configuration.js';
import type { InstalledManifest } from './install/installed-manifest.js';
import type { NothingNew, PackageFacts, Refusal } from './outcome.js';
import { isInGitianFolder, readGitianFolder, type GitianFolder } from './package/gitian-folder.js';
import { packageLayout, type Layout } from './package/layout.js';
import { unpack } from './package/unpack.js';
import { unpackEvidence } from './package/evidence.js';
import { agreement, type Agreed } from './trust/agreement.js';
import { checkAssertions, type TrustedAssertion } from './trust/check-assertions.js';
import { trustEngine } from './trust/engine.js';
import { trustedKeys, type TrustedKey } from './trust/trusted-keys.js';
import { weigh } from './trust/weigh.js';
import { compareVersions } from './versions.js';

/** A package that lies here, and where it came from, for messages. */
export interface OfferedPackage {
  readonly path: string;
  readonly source: string;
}

/** What a package is held against. */
export interface Examination {
  readonly configuration: Configuration;
  readonly installed: InstalledManifest | undefined;
  /** Downgrades and reinstallations are allowed. */
  readonly force: boolean;
  readonly gpg: string | undefined;
  /** Where the files go; undefined for a dry run. */
  readonly into: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** A package that may be installed. */
export interface Accepted {
  readonly kind: 'accepted';
  readonly facts: PackageFacts;
  /** Path → SHA-256 of everything that is installed. */
  readonly files: ReadonlyMap<string, string>;
  readonly optionals: readonly string[];
}

/** Decides whether a package may be installed, in the original's order of questions, and unpacks it. */
export async function examine(
  { path, source }: OfferedPackage,
  examination: Examination,
  emit: Emit,
): Promise<Accepted | NothingNew | Refusal> {
  try {
    await using archive = await openArchive(path, source, directoryMib);
    return await new Examiner(archive, examination, emit).run();
  } catch (error) {
    if (isFailure(error, 'zip-damaged') || isFailure(error, 'zip-refused')) return untrusted([error.message]);
    throw error;
  }
}

/** How large a package's directory may be: this is enough for a hundred thousand members with names of a hundred characters. */
const directoryMib = 16;

class Examiner {
  readonly #archive: Archive;
  readonly #examination: Examination;
  readonly #emit: Emit;
  readonly #steps: Steps;

  constructor(archive: Archive, examination: Examination, emit: Emit) {
    this.#archive = archive;
    this.#examination = examination;
    this.#emit = emit;
    this.#steps = new Steps(emit);
  }

  async run(): Promise<Accepted | NothingNew | Refusal> {
    const { configuration, signal } = this.#examination;
    const { layout, problems } = packageLayout(this.#archive.members, configuration.maximumSize);
    if (problems.length > 0) return untrusted(problems);
    const stems = new Set(configuration.signers.map(({ key }) => key));
    const gitian = await readGitianFolder(this.#archive, { layout, stems }, signal);
    if (gitian.problems.length > 0) return untrusted(gitian.problems);
    const { keys, remarks } = trustedKeys(configuration.signers, gitian.keys);
    this.#warn(remarks);
    const checked = await this.#steps.run('Checking signatures', () => this.#check(gitian, keys));
    this.#warn(checked.remarks);
    if (checked.problems.length > 0) return untrusted(checked.problems);
    const agreed = agreement(checked.trusted);
    if (agreed.problems !== undefined) return untrusted(agreed.problems);
    return this.#judge(layout, agreed.agreed, checked.trusted);
  }

  async #check(gitian: GitianFolder, keys: readonly TrustedKey[]): ReturnType<typeof checkAssertions> {
    const { gpg, signal, now } = this.#examination;
    await using engine = await trustEngine(keys, { gpg, signal });
    return await checkAssertions(gitian.assertions, { keys, engine, now: Math.floor(now / 1000) });
  }

  async #judge(
    layout: Layout,
    agreed: Agreed,
    trusted: readonly TrustedAssertion[],
  ): Promise<Accepted | NothingNew | Refusal> {
    const { configuration, installed } = this.#examination;
    const unpacked = await this.#steps.run('Checking files', (progress) =>
      unpack({ ...this.#examination, ...agreed, archive: this.#archive, layout }, progress),
    );
    if (unpacked.problems.length > 0) return untrusted(unpacked.problems);
    const unlisted = [...layout.files.keys()].filter(
      (path) => !agreed.outputs.has(path) && !isInGitianFolder(path),
    );
    this.#warn(unlisted.map((path) => `${JSON.stringify(path)} is in no manifest, and left out`));
    const refusal = this.#refusal(agreed);
    if (refusal !== undefined) return refusal;
    const { signers, weight, remarks } = weigh(trusted);
    this.#warn(remarks);
    for (const { name, weight: own } of signers) {
      this.#emit({ kind: 'note', text: `signed by ${name}, weight ${String(own)}` });
    }
    if (weight < configuration.minimumWeight) {
      return untrusted([
        `the signatures weigh ${String(weight)}, and at least ${String(configuration.minimumWeight)} is needed`,
      ]);
    }
    const evidence = await unpackEvidence(
      { ...this.#examination, archive: this.#archive, layout, unpacked: unpacked.files },
      trusted,
    );
    return {
      kind: 'accepted',
      files: new Map([...unpacked.files, ...evidence]),
      optionals: agreed.optionals,
      facts: {
        name: agreed.name,
        release: agreed.release,
        previous: installed?.release,
        weight,
        minimumWeight: configuration.minimumWeight,
        signers,
        unlisted,
        missing: unpacked.missing,
      },
    };
  }

  /** Another package, an older one, or the one that is installed. */
  #refusal({ name, release }: Agreed): NothingNew | Refusal | undefined {
    const { configuration, installed, force } = this.#examination;
    for (const expected of [configuration.name, installed?.name]) {
      if (expected !== undefined && expected !== name)
        return { kind: 'other-package', place: 'download', expected, found: name };
    }
    const order = installed === undefined ? 1 : compareVersions(release, installed.release);
    if (order > 0 || force) return undefined;
    if (order === 0) return { kind: 'nothing-new', release };
    return { kind: 'downgrade', installed: installed?.release ?? '', offered: release };
  }

  #warn(texts: readonly string[]): void {
    for (const text of texts) this.#emit({ kind: 'warning', text });
  }
}

function untrusted(reasons: readonly string[]): Refusal {
  return { kind: 'untrusted', reasons };
}
