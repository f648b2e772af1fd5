import { afterAll, beforeAll, expect } from 'vitest';
import { checkDetached } from '../../../src/openpgp/check-detached.js';
import type { SignatureEngine } from '../../../src/openpgp/engine.js';
import { gnupgEngine } from '../../../src/openpgp/gnupg/engine.js';
import { inProcessEngine } from '../../../src/openpgp/in-process/engine.js';
import { KeyRing } from '../../../src/openpgp/in-process/key-ring.js';
import { readKeyFile } from '../../../src/openpgp/in-process/transferable-key.js';
import type { SignatureVerdict } from '../../../src/openpgp/verdict.js';
import { GnupgHome } from '../workspaces/gnupg-home.js';

/** What is signed where nothing else is said. */
export const bytes = Buffer.from('out_manifest: |\n  hello\n');

/** The seconds since 1970 of a day. */
export const time = (day: string): number => Date.parse(day) / 1000;

/** The engine without GnuPG, with these keys. */
export function inProcess(...keys: readonly Uint8Array[]): SignatureEngine {
  const ring = new KeyRing();
  for (const key of keys) ring.addFile(readKeyFile(key));
  return inProcessEngine(ring);
}

/** Both engines, which see the same keys and signatures and have to come to the same verdict, in all its parts. */
class TwoEngines {
  #home: GnupgHome | undefined;

  open(): void {
    this.#home = new GnupgHome();
    this.#home.configure('no-auto-key-retrieve', 'allow-weak-digest-algos');
  }

  close(): void {
    this.#home?.[Symbol.dispose]();
  }

  /** Where keys are made, used, and taken back. */
  get home(): GnupgHome {
    if (this.#home === undefined) throw new Error('the first test has not begun');
    return this.#home;
  }

  /** The verdicts of both engines, which have to be equal, at the time `now`. */
  async verdictsOf(
    signature: Uint8Array,
    now = Date.now() / 1000,
    signed: Uint8Array = bytes,
  ): Promise<readonly SignatureVerdict[]> {
    const words = [
      'gpg',
      '--homedir',
      this.home.path,
      '--faked-system-time',
      `${String(Math.floor(now))}!`,
    ] as const;
    await using gnupg = await gnupgEngine({ words, signal: new AbortController().signal });
    await using library = inProcess(this.home.export());
    const one = await checkDetached(gnupg, { signature, bytes: signed }, now);
    const other = await checkDetached(library, { signature, bytes: signed }, now);
    expect(other).toEqual(one);
    return one;
  }

  async kindsOf(...args: Parameters<TwoEngines['verdictsOf']>): Promise<readonly string[]> {
    return (await this.verdictsOf(...args)).map(({ kind }) => kind);
  }
}

/** The engines of a test file's tests. */
export function twoEngines(): TwoEngines {
  const engines = new TwoEngines();
  beforeAll(() => {
    engines.open();
  });
  afterAll(() => {
    engines.close();
  });
  return engines;
}
