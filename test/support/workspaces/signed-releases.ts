import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Outcome } from '../commands.js';
import { GnupgHome } from './gnupg-home.js';
import { SignatureRepository } from './signature-repository.js';

/** Outputs that signers may agree on. */
export const one = { 'bin/hello': 'hello', 'src/hello.tar': 'tar' };

/** Outputs that differ: one file has other bytes, one is missing, one is extra. */
export const other = { 'bin/hello': 'hullo', extra: 'x' };

/** Three signers with real keys, and a repository to put their signatures into. */
export class SignedReleases {
  #home: GnupgHome | undefined;
  #repository: SignatureRepository | undefined;
  #keys: Readonly<Record<string, string>> = {};

  open(): void {
    this.#home = new GnupgHome();
    const make = (name: string): [string, string] => [name, this.home.generate(`${name}@example.org`)];
    this.#keys = Object.fromEntries(['alice', 'bob', 'carol'].map(make));
    this.exportKeys();
  }

  /** An empty repository for the next test. */
  fresh(): void {
    this.#repository = new SignatureRepository(this.home);
  }

  clean(): void {
    this.#repository?.[Symbol.dispose]();
  }

  close(): void {
    this.#home?.[Symbol.dispose]();
  }

  get home(): GnupgHome {
    if (this.#home === undefined) throw new Error('there are no signers before the first test');
    return this.#home;
  }

  get repository(): SignatureRepository {
    if (this.#repository === undefined) throw new Error('there is no repository outside of a test');
    return this.#repository;
  }

  /** The fingerprint of a signer's key. */
  key(signer: string): string {
    return this.#keys[signer] ?? '';
  }

  /** Gives the engine in gverify's own process every key that GnuPG has. */
  exportKeys(): void {
    writeFileSync(this.#keyFile, this.home.gpg(['--armor', '--export']));
  }

  /** Runs gverify with either engine: both have to come to the same lines and exit code. */
  bothEngines(...args: string[]): Outcome {
    const gnupg = this.repository.gverify(...args);
    expect(this.repository.gverify('--keys', this.#keyFile, ...args)).toEqual(gnupg);
    return gnupg;
  }

  get #keyFile(): string {
    return join(this.home.path, 'keys.asc');
  }
}

/** The signers of a test file, with a new repository for each test. */
export function signedReleases(): SignedReleases {
  const releases = new SignedReleases();
  beforeAll(() => {
    releases.open();
  });
  afterAll(() => {
    releases.close();
  });
  beforeEach(() => {
    releases.fresh();
  });
  afterEach(() => {
    releases.clean();
  });
  return releases;
}
