import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageKinds } from '../../../../src/base-image/image-kinds.js';
import { basePackages } from '../../../../src/base-image/installation/packages.js';
import { sha256 } from '../../../../src/core/files/hashing.js';
import { baseImages } from '../../base-image.js';
import { GnupgHome } from '../../workspaces/gnupg-home.js';

/** The address of the archive, served as any host. */
export const suiteMirror = 'http://archive.test/debian';

const kernel = 'linux-image-0.0.0-gitian';

/** Packages that have next to nothing in them, beside the one that has a whole system. */
const tiny: readonly {
  readonly name: string;
  readonly fields?: readonly string[];
  readonly files?: readonly string[];
}[] = [
  { name: 'small-required', fields: ['Priority: required'] },
  { name: 'small-important', fields: ['Priority: important'] },
  { name: 'linux-image-amd64', fields: [`Depends: ${kernel}`] },
  {
    name: kernel,
    files: ['boot/vmlinuz-0.0.0-gitian', ...['builtin', 'builtin.modinfo', 'order'].map(modulesFile)],
  },
  { name: 'busybox-static', files: ['bin/busybox'] },
];

function modulesFile(name: string): string {
  return `lib/modules/0.0.0-gitian/modules.${name}`;
}

/**
 * An archive with the suite bookworm, signed with a key of its own, whose base images are made in seconds. They have the
 * programs that making them takes, and nothing to build with; a machine from them would not start. Needs root.
 */
export class SmallSuite implements Disposable {
  /** What a web server has to serve as {@link suiteMirror}'s host. */
  readonly root: string;
  /** The public key, as apt reads it. */
  readonly keyring: string;
  readonly #home = new GnupgHome();

  constructor(root: string) {
    this.root = root;
    this.keyring = join(root, 'keyring.gpg');
    mkdirSync(this.#pool, { recursive: true });
    const [image = ''] = baseImages('bookworm', ['amd64']);
    const names = basePackages('debian', { main: '', security: '' }, imageKinds.kvm.packages);
    const script = join(import.meta.dirname, 'small-system.sh');
    execFileSync('sh', [script, image, join(this.#pool, 'small-system_1_amd64.deb'), ...names]);
    for (const { name, fields = [], files = [] } of tiny) this.#makePackage(name, fields, files);
    this.#home.generate('small suite');
    writeFileSync(this.keyring, this.#home.gpg(['--export']));
    this.publish();
  }

  /** Writes the indexes of what is there, and a release file of that date that tells of them. */
  publish(date = 'Sat, 29 Feb 2020 12:00:00 UTC'): void {
    const entries = readdirSync(this.#pool).map((file) => indexEntry(this.#pool, file));
    this.writeIndex(entries.join('\n'));
    const indexes = components.map((name) => `${name}/binary-amd64/Packages`);
    const lines = [
      ...['Origin: Debian', 'Suite: oldstable', 'Codename: bookworm', `Date: ${date}`],
      ...['Architectures: amd64', `Components: ${components.join(' ')}`, 'SHA256:'],
      ...indexes.map((name) => {
        const content = readFileSync(join(this.#suite, name));
        return ` ${sha256(content)} ${String(content.length)} ${name}`;
      }),
    ];
    writeFileSync(join(this.#suite, 'InRelease'), this.#home.gpg(['--clear-sign'], `${lines.join('\n')}\n`));
  }

  /** Replaces the index alone, as an archive does that is seen in mid-update. */
  writeIndex(main: string): void {
    for (const name of components) {
      const folder = join(this.#suite, name, 'binary-amd64');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'Packages'), name === 'main' ? main : '');
    }
  }

  /** Takes the packages away from under the indexes that name them, and gives them back. */
  hidePackages(): void {
    renameSync(this.#pool, `${this.#pool}.away`);
  }

  showPackages(): void {
    renameSync(`${this.#pool}.away`, this.#pool);
  }

  [Symbol.dispose](): void {
    this.#home[Symbol.dispose]();
  }

  get #pool(): string {
    return join(this.root, 'debian/pool');
  }

  get #suite(): string {
    return join(this.root, 'debian/dists/bookworm');
  }

  #makePackage(name: string, fields: readonly string[], files: readonly string[]): void {
    const tree = join(this.root, name);
    for (const file of files) {
      mkdirSync(join(tree, file, '..'), { recursive: true });
      writeFileSync(join(tree, file), '');
    }
    mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
    const control = [
      ...[`Package: ${name}`, 'Version: 1', 'Architecture: amd64', ...fields],
      ...['Maintainer: Nobody <nobody@example.org>', 'Description: for tests', ''],
    ];
    writeFileSync(join(tree, 'DEBIAN/control'), control.join('\n'));
    const deb = join(this.#pool, `${name}_1_amd64.deb`);
    execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, deb], { stdio: 'ignore' });
    rmSync(tree, { recursive: true });
  }
}

const components = ['main', 'contrib'];

function indexEntry(pool: string, file: string): string {
  const path = join(pool, file);
  const control = execFileSync('dpkg-deb', ['--field', path], { encoding: 'utf8' });
  const { size } = statSync(path);
  return `${control}Filename: pool/${file}\nSize: ${String(size)}\nSHA256: ${sha256(readFileSync(path))}\n`;
}
