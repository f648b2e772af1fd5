import { writeFileSync } from 'node:fs';
import { sha256 } from '../../../src/core/files/hashing.js';
import { assertionToYaml } from '../../../src/assertion/assertion.js';
import { GnupgHome } from '../workspaces/gnupg-home.js';
import { makeZip, type MadeMember } from '../samples/zip-maker.js';

/** What a test's package is. */
export interface PackageSpec {
  readonly release: string;
  readonly name?: string;
  /** Path → content; the outputs. */
  readonly files: Readonly<Record<string, string | Buffer>>;
  /** Names of signers whose assertion the package has. */
  readonly signers?: readonly string[];
  readonly optionals?: readonly string[];
  /** Outputs that the manifest lists and the zip lacks. */
  readonly leftOut?: readonly string[];
}

/** Three builders with real keys, who publish packages. */
export class Publisher implements Disposable {
  readonly home = new GnupgHome();
  readonly keys: Readonly<Record<string, string>>;

  constructor(names: readonly string[] = ['alice', 'bob', 'carol']) {
    this.keys = Object.fromEntries(
      names.map((name) => [name, this.home.generate(`${name} <${name}@example.org>`)]),
    );
  }

  fingerprint(name: string): string {
    const found = this.keys[name];
    if (found === undefined) throw new Error(`no signer ${name}`);
    return found;
  }

  /** The assertion that every builder of this package signs. */
  assertion({ release, name = 'hello', files, optionals = [] }: PackageSpec): string {
    const lines = Object.keys(files)
      .sort()
      .map((path) => `${sha256(files[path] ?? '')}  ${path}\n`);
    return assertionToYaml({
      release,
      name,
      type: 'build',
      optionals,
      outManifest: lines.join(''),
      inManifest: `${'0'.repeat(64)}  ${name}-desc.yml\n`,
      baseManifests: new Map(),
      cacheCommonManifest: '',
      cachePackageManifest: '',
    });
  }

  /** The members of a package: outputs, keys, assertions, signatures. */
  members(spec: PackageSpec): MadeMember[] {
    const { files, leftOut = [], signers = Object.keys(this.keys) } = spec;
    const outputs = Object.keys(files)
      .filter((path) => !leftOut.includes(path))
      .map((path): MadeMember => ({ name: path, data: files[path] ?? '', deflated: true, mode: 0o100644 }));
    return [...outputs, ...signers.flatMap((signer) => this.evidence(signer, this.assertion(spec)))];
  }

  /** A signer's key, assertion and signature. */
  evidence(signer: string, assertion: string, as = signer): MadeMember[] {
    return [
      { name: `gitian/${as}-key.pgp`, data: this.home.export(this.fingerprint(signer)), mode: 0o100644 },
      { name: `gitian/${as}.assert`, data: assertion, deflated: true, mode: 0o100644 },
      {
        name: `gitian/${as}.assert.sig`,
        data: this.home.sign(assertion, this.fingerprint(signer)),
        mode: 0o100644,
      },
    ];
  }

  /** Writes a package. */
  publish(path: string, spec: PackageSpec): void {
    writeFileSync(path, makeZip(this.members(spec)));
  }

  /** A configuration that trusts the builders, each with weight 10. */
  configuration(more: { readonly minimumWeight?: number; readonly lines?: readonly string[] } = {}): string {
    const signers = Object.entries(this.keys).flatMap(([name, fingerprint]) => [
      `  ${fingerprint}:`,
      '    weight: 10',
      `    name: ${name}`,
      `    key: ${name}`,
    ]);
    return [
      'name: hello',
      ...(more.lines ?? []),
      'signers:',
      ...signers,
      `minimum_weight: ${String(more.minimumWeight ?? 20)}`,
      '',
    ].join('\n');
  }

  [Symbol.dispose](): void {
    this.home[Symbol.dispose]();
  }
}
