import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertionToYaml, type Assertion } from '../../../src/assertion/assertion.js';
import { executable, type Outcome } from '../commands.js';
import type { GnupgHome } from './gnupg-home.js';
import { assertionOf } from '../samples/voices.js';

/** A workspace with a descriptor `hello.yml` and signatures under `sigs/hello`, made with the keys of `home`. */
export class SignatureRepository implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'gitian-verify-'));
  readonly #home: GnupgHome;

  constructor(home: GnupgHome) {
    this.#home = home;
    writeFileSync(join(this.path, 'hello.yml'), 'name: hello\n');
  }

  /** The path of a signer's assertion. */
  assertion(signer: string, release = '1.0'): string {
    return join(this.path, 'sigs/hello', release, signer, 'hello-build.assert');
  }

  /** Writes text as a signer's assertion, and a signature over it where there is a `key`. */
  write(
    signer: string,
    text: string,
    { key, release = '1.0' }: { readonly key?: string; readonly release?: string } = {},
  ): void {
    const file = this.assertion(signer, release);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
    if (key !== undefined) writeFileSync(`${file}.sig`, this.#home.sign(text, key));
  }

  /** Signs these outputs as `signer`, with the key of that name unless another is named. */
  sign(
    signer: string,
    outputs: Readonly<Record<string, string>>,
    { key = signer, release = '1.0', ...other }: Partial<Assertion> & { readonly key?: string } = {},
  ): void {
    this.write(signer, assertionToYaml(assertionOf(outputs, { release, ...other })), { key, release });
  }

  /** Runs gverify here. */
  gverify(...args: readonly string[]): Outcome {
    const { status, stdout, stderr } = spawnSync(executable('gverify'), args, {
      cwd: this.path,
      encoding: 'utf8',
      env: this.#home.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 26,
    });
    return { exitCode: status, stdout, stderr };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
