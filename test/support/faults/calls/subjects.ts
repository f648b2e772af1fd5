import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { executable, runProgram } from '../../commands.js';
import { sha256 } from '../../digest.js';
import { SigningWorkspace } from '../../workspaces/signing-workspace.js';
import { Publisher } from '../../updater/publisher.js';
import { makeZip } from '../../samples/zip-maker.js';
import type { CommandLine, Subject } from './call-scene.js';
import { keepThings, keptThings } from '../kept-things.js';
import { treeOf, type Tree } from '../tree.js';

const verifying: CommandLine = { command: 'gverify', args: ['--release', '1.0', 'hello.yml'] };

/** What gitian-cache does, and its options. */
const caching = { list: [], remove: ['--all'] } as const;

/** Commands that need no target, each with a world that it changes and what was there before. */
export class Subjects implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gitian-subjects-'));
  readonly #publisher = new Publisher(['alice', 'bob']);

  /** Replaces a signed assertion by that of a newer build. */
  get gsign(): Subject {
    return {
      command: 'gsign',
      args: this.#signing('alice'),
      env: { GNUPGHOME: this.#publisher.home.path },
      prepare: this.#template('gsign', (folder) => {
        this.#signed(folder, ['alice'], 'old');
      }),
      see: (folder) => this.#verdicts(folder),
      others: [verifying],
    };
  }

  /** Verifies two signers with GnuPG, and changes nothing. */
  get gverify(): Subject {
    return {
      ...verifying,
      env: { GNUPGHOME: this.#publisher.home.path },
      prepare: this.#template('gverify', (folder) => {
        this.#signed(folder, ['alice', 'bob'], 'new');
      }),
      see: (folder) => this.#verdicts(folder),
      others: [{ command: 'gsign', args: this.#signing('alice') }],
    };
  }

  /** Rewrites a zip in its place. */
  get canonZip(): Subject {
    return {
      command: 'canon-zip',
      args: ['2020-01-01', 'a.zip', 'a.zip'],
      env: {},
      prepare: this.#template('canon-zip', (folder) => {
        const members = [
          { name: 'b', data: 'b'.repeat(100_000), deflated: true },
          { name: 'a', data: 'a' },
        ];
        writeFileSync(join(folder, 'a.zip'), makeZip(members));
      }),
    };
  }

  /** Replaces an installed release by the next. */
  get updater(): Subject {
    const publisher = this.#publisher;
    const args = ['-c', 'config.yml', '-d', 'dest'];
    const configure = (folder: string, release: string): void => {
      const url = pathToFileURL(join(folder, `${release}.zip`)).href;
      writeFileSync(
        join(folder, 'config.yml'),
        publisher.configuration({ lines: ['urls:', `- url: ${JSON.stringify(url)}`] }),
      );
    };
    const template = this.#template('updater', (folder) => {
      for (const [release, more] of Object.entries({ 1: 'old/gone', 2: 'new/come' })) {
        const files = { same: 's', 'bin/hello': release, [more]: release };
        publisher.publish(join(folder, `${release}.zip`), { release, files });
      }
      configure(folder, '1');
      const { exitCode, stderr } = runProgram(executable('gitian-updater'), args, { cwd: folder });
      if (exitCode !== 0) throw new Error(stderr);
    });
    return {
      command: 'gitian-updater',
      args,
      env: {},
      prepare: async (folder) => {
        await template(folder);
        configure(folder, '2');
      },
      others: [{ command: 'gitian-updater', args: [...args, '--dryrun'] }],
    };
  }

  /** Lists what is kept, and changes nothing. */
  get cacheList(): Subject {
    return this.#caching('list');
  }

  /** Removes everything that is kept. */
  get cacheRemove(): Subject {
    return this.#caching('remove');
  }

  [Symbol.dispose](): void {
    this.#publisher[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true });
  }

  #caching(action: keyof typeof caching): Subject {
    return {
      command: 'gitian-cache',
      args: [action, ...caching[action]],
      env: { GITIAN_CACHE: 'cache' },
      others: (['list', 'remove'] as const)
        .filter((other) => other !== action)
        .map((other) => ({ command: 'gitian-cache', args: [other, ...caching[other]] })),
      prepare: this.#template(`gitian-cache ${action}`, keepThings),
      see: keptThings,
    };
  }

  #signing(signer: string): string[] {
    return ['--signer', this.#publisher.fingerprint(signer), '--release', '1.0', '--force', 'hello.yml'];
  }

  /** Puts a workspace into a folder in which an `earlier` result is signed, and a new one is there to be. */
  #signed(folder: string, signers: readonly string[], earlier: string): void {
    using workspace = new SigningWorkspace();
    const result = (output: string, gcc: string): void => {
      const baseManifests = new Map([['bookworm-amd64', `${sha256(gcc)}  gcc_12.deb\n`]]);
      workspace.result('hello', { 'bin/hello': output }, { baseManifests });
    };
    result(earlier, 'old');
    for (const signer of signers) {
      const { exitCode, stderr } = workspace.run('gsign', this.#signing(signer), this.#publisher.home.env);
      if (exitCode !== 0) throw new Error(stderr);
    }
    result('new', 'new');
    cpSync(workspace.path, folder, { recursive: true });
  }

  /** No two signatures are the same bytes: what counts is what they are over. */
  #verdicts(folder: string): Tree {
    const tree = treeOf(folder);
    const signatures = Object.keys(tree).filter((name) => name.endsWith('.assert.sig'));
    const verdicts = signatures.map((name) => {
      const { exitCode } = runProgram('gpg', ['--batch', '--verify', name, name.slice(0, -4)], {
        cwd: folder,
        env: { GNUPGHOME: this.#publisher.home.path },
      });
      return [name, `verified: ${String(exitCode)}`];
    });
    return { ...tree, ...Object.fromEntries(verdicts) } as Tree;
  }

  /** Makes a world once, and gives what copies it, with a folder for temporary files in it. */
  #template(name: string, make: (folder: string) => void): Subject['prepare'] {
    const template = join(this.#folder, name);
    mkdirSync(template);
    make(template);
    mkdirSync(join(template, 'tmp'));
    return (folder) => {
      cpSync(template, folder, { recursive: true, preserveTimestamps: true });
    };
  }
}
