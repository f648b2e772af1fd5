import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../../src/core/files/hashing.js';
import { ArchiveServer } from './archive-server.js';

const host = 'packages.example';

/** An archive of one package, whose program says what it is told to; it is this host's proxy, too. */
export class GreetingArchive implements AsyncDisposable {
  /** What a descriptor says to have the package. */
  readonly descriptorLines =
    `packages: [greeting]\n` +
    `repositories:\n- source: deb [trusted=yes] http://${host} ./\n  distribution: here\n  packages: []\n`;

  readonly #server: ArchiveServer;
  readonly #folder = mkdtempSync(join(tmpdir(), 'gitian-greeting-'));

  private constructor(server: ArchiveServer) {
    this.#server = server;
  }

  static async start(): Promise<GreetingArchive> {
    return new GreetingArchive(await ArchiveServer.start(host));
  }

  /** The environment in which it is reached. */
  get env(): Readonly<Record<string, string>> {
    return { http_proxy: this.#server.origin };
  }

  /** From now on it has the package whose program says `word`, and which runs `postinst` when it is installed. */
  offer(word: string, postinst = ''): void {
    const deb = readFileSync(this.#built(word, postinst));
    const file = `/${word}/greeting_1_all.deb`;
    const index =
      `Package: greeting\nVersion: 1\nArchitecture: all\nMaintainer: M <m@localhost>\nDescription: text\n` +
      `Filename: .${file}\nSize: ${String(deb.length)}\nSHA256: ${sha256(deb)}\n`;
    const release = `Suite: here\nSHA256:\n ${sha256(index)} ${String(index.length)} Packages\n`;
    // An archive's files never change without a new date.
    const changed = new Date(Date.UTC(2024, 0, 1) + 1000 * ++this.#offers);
    this.#server.put(file, deb, changed);
    this.#server.put('/Packages', index, changed);
    this.#server.put('/Release', release, changed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true });
  }

  #offers = 0;

  #built(word: string, postinst: string): string {
    const tree = join(this.#folder, 'tree');
    mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
    mkdirSync(join(tree, 'usr/bin'), { recursive: true });
    writeFileSync(
      join(tree, 'DEBIAN/control'),
      'Package: greeting\nVersion: 1\nArchitecture: all\nMaintainer: M <m@localhost>\nDescription: text\n',
    );
    writeFileSync(join(tree, 'DEBIAN/postinst'), `#!/bin/bash\n${postinst}\n`, { mode: 0o755 });
    writeFileSync(join(tree, 'usr/bin/greeting'), `#!/bin/sh\necho ${word}\n`, { mode: 0o755 });
    const deb = join(this.#folder, 'greeting.deb');
    execFileSync('dpkg-deb', ['--build', '--root-owner-group', '-Zgzip', tree, deb], {
      stdio: 'ignore',
      env: { ...process.env, SOURCE_DATE_EPOCH: '0' },
    });
    return deb;
  }
}
