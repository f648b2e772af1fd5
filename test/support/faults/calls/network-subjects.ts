import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { executable, runProgram } from '../../commands.js';
import { GnupgHome } from '../../workspaces/gnupg-home.js';
import { SignatureRepository } from '../../workspaces/signature-repository.js';
import { Publisher } from '../../updater/publisher.js';
import type { Subject } from './call-scene.js';
import { treeOf, type Tree } from '../tree.js';

const feed = (release: string): string =>
  `<rss version="2.0"><channel><item><link>http://files.test/hello-${release}.zip</link></item></channel></rss>`;

const updating = ['-c', 'config.yml', '-d', 'dest', '--timeout', '2'];

/** Commands that use a network, and what its web server has for them. */
export class NetworkSubjects implements Disposable {
  /** What the web server serves. */
  readonly served = mkdtempSync(join(tmpdir(), 'gitian-served-'));
  readonly #folder = mkdtempSync(join(tmpdir(), 'gitian-subjects-'));
  readonly #publisher = new Publisher(['alice', 'bob']);
  /** A keyring that lacks the builders' keys. */
  readonly #home = new GnupgHome();

  constructor() {
    for (const release of ['1', '2', '3']) {
      const files = { same: 's', 'bin/hello': release };
      this.#publisher.publish(join(this.#folder, `hello-${release}.zip`), { release, files });
    }
    writeFileSync(
      join(this.#home.path, 'dirmngr.conf'),
      'keyserver hkp://keys.test:80\nno-use-tor\nstandard-resolver\n',
    );
  }

  /** Replaces an installed release by the next, which a feed announces. */
  get updater(): Subject {
    const installed = join(this.#folder, 'installed');
    mkdirSync(join(installed, 'tmp'), { recursive: true });
    const zip = pathToFileURL(join(this.#folder, 'hello-1.zip')).href;
    writeFileSync(
      join(installed, 'config.yml'),
      this.#publisher.configuration({
        lines: [
          'rss:',
          '- url: http://files.test/feed.xml',
          '  xpath: //item/link/text()',
          String.raw`  pattern: 'hello-(\d+)\.zip'`,
        ],
      }),
    );
    const { exitCode, stderr } = runProgram(executable('gitian-updater'), [...updating, '--url', zip], {
      cwd: installed,
    });
    if (exitCode !== 0) throw new Error(stderr);
    return {
      command: 'gitian-updater',
      args: updating,
      env: {},
      prepare: (folder) => {
        cpSync(installed, folder, { recursive: true });
        this.announce('2');
      },
      // What has come of a download is gone on from.
      see: (folder) => without(treeOf(folder), /^dest\/\.gitian-update(\/package\.zip\.part(\.json)?)?$/),
    };
  }

  /** Verifies two signers, whose keys a key server has. */
  get gverify(): Subject {
    const { home, keys } = this.#publisher;
    mkdirSync(join(this.served, 'pks'), { recursive: true });
    writeFileSync(join(this.served, 'pks/lookup'), home.gpg(['--armor', '--export', ...Object.values(keys)]));
    using repository = new SignatureRepository(home);
    for (const signer of ['alice', 'bob']) repository.sign(signer, { 'bin/hello': 'hello' });
    const template = join(this.#folder, 'gverify');
    cpSync(repository.path, template, { recursive: true });
    mkdirSync(join(template, 'tmp'));
    return {
      command: 'gverify',
      args: ['--fetch-keys', '--release', '1.0', 'hello.yml'],
      env: { GNUPGHOME: this.#home.path },
      prepare: (folder) => {
        this.#forgetKeys();
        cpSync(template, folder, { recursive: true });
      },
    };
  }

  /** Publishes a release alone, and says so in the feed. */
  announce(release: string): void {
    for (const other of ['1', '2', '3'])
      for (const ending of ['', '.next'])
        rmSync(join(this.served, `hello-${other}.zip${ending}`), { force: true });
    cpSync(join(this.#folder, `hello-${release}.zip`), join(this.served, `hello-${release}.zip`));
    writeFileSync(join(this.served, 'feed.xml'), feed(release));
  }

  /** Puts a release where another is to be replaced by it while it is downloaded. */
  replace(release: string, by: string): void {
    cpSync(join(this.#folder, `hello-${by}.zip`), join(this.served, `hello-${release}.zip.next`));
  }

  [Symbol.dispose](): void {
    this.#publisher[Symbol.dispose]();
    this.#home[Symbol.dispose]();
    for (const folder of [this.#folder, this.served]) rmSync(folder, { recursive: true });
  }

  /** What looks after the network remembers for hours which servers didn't answer. */
  #forgetKeys(): void {
    runProgram('gpgconf', ['--kill', 'all'], { env: this.#home.env });
    for (const name of ['pubring.kbx', 'pubring.kbx~', 'trustdb.gpg'])
      rmSync(join(this.#home.path, name), { force: true });
  }
}

function without(tree: Tree, names: RegExp): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([name]) => !names.test(name)));
}
