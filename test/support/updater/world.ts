import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Outcome } from '../commands.js';
import { makeZip, type MadeMember } from '../samples/zip-maker.js';
import { FileServer } from './file-server.js';
import { Publisher, type PackageSpec } from './publisher.js';
import { runCommand } from './run-command.js';
import { opened } from '../opened.js';

/** Builders, a web server, and an end user with a folder of their own, for one test file. */
export class UpdaterWorld implements AsyncDisposable {
  #publisher: Publisher | undefined;
  #server: FileServer | undefined;
  #folder = '';

  async open(): Promise<void> {
    this.#server = await FileServer.start();
    this.#publisher = new Publisher();
  }

  get publisher(): Publisher {
    return opened(this.#publisher);
  }

  get server(): FileServer {
    return opened(this.#server);
  }

  /** A new folder for the next test. */
  fresh(): void {
    this.#folder = mkdtempSync(join(tmpdir(), 'gitian updater-'));
    this.server.requests.length = 0;
  }

  clean(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get folder(): string {
    return this.#folder;
  }

  at(...names: string[]): string {
    return join(this.#folder, ...names);
  }

  /** The folder that is installed into. */
  get dest(): string {
    return this.at('dest');
  }

  /** Puts a package on the server and returns its URL. */
  publish(spec: PackageSpec, path = '/hello.zip'): string {
    return this.serve(this.publisher.members(spec), path);
  }

  serve(members: readonly MadeMember[], path = '/hello.zip'): string {
    this.server.put(path, makeZip(members));
    return this.server.url(path);
  }

  /** Writes `config.yml`; `lines` say where packages are. */
  configure(lines: readonly string[], minimumWeight = 20): void {
    writeFileSync(this.at('config.yml'), this.publisher.configuration({ lines, minimumWeight }));
  }

  /** Configures the one place where `publish` puts packages. */
  configureUrl(path = '/hello.zip', ...more: string[]): void {
    this.configure([...more, 'urls:', `- url: ${this.server.url(path)}`]);
  }

  /** Runs gitian-updater with `config.yml` and the destination `dest`. */
  update(...args: string[]): Promise<Outcome> {
    return runCommand('gitian-updater', ['-c', 'config.yml', '-d', 'dest', ...args], { cwd: this.folder });
  }

  /** Makes a program of `config.yml`. */
  customize(...args: string[]): Promise<Outcome> {
    return runCommand('gitian-updater', ['-c', 'config.yml', ...args], { cwd: this.folder });
  }

  /** Every installed file with its content, without evidence and manifest. */
  installed(): Record<string, string> {
    return Object.fromEntries(
      Object.entries(filesIn(this.dest)).filter(
        ([name]) => !name.startsWith('gitian/') && name !== '.gitian-manifest',
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#publisher?.[Symbol.dispose]();
    await this.#server?.[Symbol.asyncDispose]();
  }
}

/** The world of a test file: there from its first test to its last, with a new folder for each. */
export function updaterWorld(): UpdaterWorld {
  const world = new UpdaterWorld();
  beforeAll(() => world.open());
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(() => {
    world.fresh();
  });
  afterEach(() => {
    world.clean();
  });
  return world;
}

/** Every file below a folder with its content. */
export function filesIn(path: string): Record<string, string> {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(join(path, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(path, name), 'utf8')]));
}
