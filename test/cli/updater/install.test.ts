import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FileServer } from '../../support/updater/file-server.js';
import { Publisher, type PackageSpec } from '../../support/updater/publisher.js';
import { runCommand, startProgram, type Ended } from '../../support/updater/run-command.js';
import { makeZip } from '../../support/zip-maker.js';

const one: PackageSpec = {
  release: '1.0',
  files: { 'bin/hello': 'one', README: 'same', 'old/gone.txt': 'gone' },
};
const two: PackageSpec = {
  release: '1.1',
  files: { 'bin/hello': 'two', README: 'same', 'new/dir/file': 'new' },
};

let publisher: Publisher;
let server: FileServer;
let folder: string;
let dest: string;

beforeAll(async () => {
  publisher = new Publisher();
  server = await FileServer.start();
});
afterAll(async () => {
  publisher[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitian updater-'));
  dest = join(folder, 'dest');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function publish(spec: PackageSpec, path = '/hello.zip'): string {
  server.put(path, makeZip(publisher.members(spec)));
  return server.url(path);
}

function configure(...lines: string[]): void {
  writeFileSync(join(folder, 'config.yml'), publisher.configuration({ lines }));
}

function updater(...args: string[]): Promise<Ended> {
  return runCommand('gitian-updater', ['-c', 'config.yml', '-d', 'dest', ...args], { cwd: folder });
}

/** Every file below a folder with its content, but for the evidence. */
function tree(path = dest): Record<string, string> {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(join(path, name)).isFile() && !name.startsWith('gitian/'));
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(path, name), 'utf8')]));
}

describe('gitian-updater', () => {
  it('installs, updates, and removes what is gone', async () => {
    configure('urls:', `- url: ${publish(one)}`);
    const first = await updater();
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain('hello 1.0 is installed in "dest"');
    expect(tree()).toMatchObject(one.files);
    writeFileSync(join(dest, 'mine.txt'), 'mine');
    publish(two);
    const second = await updater();
    expect(second).toMatchObject({ code: 0 });
    const { '.gitian-manifest': manifest, ...files } = tree();
    expect(files).toEqual({ ...two.files, 'mine.txt': 'mine' });
    expect(manifest).toContain('release: "1.1"');
    expect(readdirSync(dest)).not.toContain('old');
    expect(readdirSync(folder).sort()).toEqual(['config.yml', 'dest']);
  });
});
void [mkdirSync, startProgram];
