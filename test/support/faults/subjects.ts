import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { executable, runProgram } from '../commands.js';
import { SignatureRepository } from '../signature-repository.js';
import { SigningWorkspace } from '../signing-workspace.js';
import { Publisher } from '../updater/publisher.js';
import { makeZip } from '../zip-maker.js';
import type { Subject } from './call-scene.js';
import { keepThings, keptThings } from './kept-things.js';
import { treeOf, type Tree } from './tree.js';

/** Commands that need no target, each with a world that it changes and what was there before. */
export class Subjects implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gitian-subjects-'));
  readonly #publisher = new Publisher(['alice', 'bob']);

  /** Replaces a signed assertion by that of a newer build. */
  get gsign(): Subject {
    const { home } = this.#publisher;
    const key = this.#publisher.fingerprint('alice');
    const args = ['--signer', key, '--release', '1.0', '--force', 'hello.yml'];
    const template = this.#template('gsign', (folder) => {
      using workspace = new SigningWorkspace();
      workspace.result('hello', { 'bin/hello': 'old' });
      const { exitCode, stderr } = workspace.run('gsign', args, home.env);
      if (exitCode !== 0) throw new Error(stderr);
      workspace.result('hello', { 'bin/hello': 'new' });
      cpSync(workspace.path, folder, { recursive: true });
    });
    return {
      command: 'gsign',
      args,
      env: { GNUPGHOME: home.path },
      prepare: template,
      // No two signatures are the same bytes: what counts is what they are over.
      see: (folder) => {
        const tree = treeOf(folder);
        const signatures = Object.keys(tree).filter((name) => name.endsWith('.assert.sig'));
        const verdicts = signatures.map((name) => {
          const { exitCode } = runProgram('gpg', ['--batch', '--verify', name, name.slice(0, -4)], {
            cwd: folder,
            env: home.env,
          });
          return [name, `verified: ${String(exitCode)}`];
        });
        return { ...tree, ...Object.fromEntries(verdicts) } as Tree;
      },
    };
  }

  /** Verifies two signers with GnuPG, and changes nothing. */
  get gverify(): Subject {
    const { home } = this.#publisher;
    return {
      command: 'gverify',
      args: ['--release', '1.0', 'hello.yml'],
      env: { GNUPGHOME: home.path },
      prepare: this.#template('gverify', (folder) => {
        using repository = new SignatureRepository(home);
        for (const signer of ['alice', 'bob']) repository.sign(signer, { 'bin/hello': 'hello' });
        cpSync(repository.path, folder, { recursive: true });
      }),
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
    return {
      command: 'gitian-updater',
      args,
      env: {},
      prepare: this.#template('updater', (folder) => {
        const [one, two] = ['1', '2'].map((release) => join(this.#folder, `${release}.zip`));
        if (one === undefined || two === undefined) return;
        publisher.publish(one, { release: '1', files: { same: 's', 'bin/hello': '1', 'old/gone': '1' } });
        publisher.publish(two, { release: '2', files: { same: 's', 'bin/hello': '2', 'new/come': '2' } });
        const configuration = (path: string): string =>
          publisher.configuration({ lines: ['urls:', `- url: ${pathToFileURL(path).href}`] });
        writeFileSync(join(folder, 'config.yml'), configuration(one));
        const { exitCode, stderr } = runProgram(executable('gitian-updater'), args, { cwd: folder });
        if (exitCode !== 0) throw new Error(stderr);
        writeFileSync(join(folder, 'config.yml'), configuration(two));
      }),
    };
  }

  /** Lists what is kept, and changes nothing. */
  get cacheList(): Subject {
    return this.#caching('list', []);
  }

  /** Removes everything that is kept. */
  get cacheRemove(): Subject {
    return this.#caching('remove', ['--all']);
  }

  [Symbol.dispose](): void {
    this.#publisher[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true });
  }

  #caching(action: string, options: readonly string[]): Subject {
    return {
      command: 'gitian-cache',
      args: [action, ...options],
      env: { GITIAN_CACHE: 'cache' },
      prepare: this.#template(`gitian-cache ${action}`, keepThings),
      see: keptThings,
    };
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
