import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../../../src/core/files/hashing.js';
import { commit, git, makeRepository } from '../../workspaces/git-repository.js';

/** The line that lets apt install from {@link makeArchive}'s folder, served as any host. */
export const archiveSource = 'deb [trusted=yes] http://archive.test/debian ./';

/** The address of the git repository beside it. */
export const repositoryUrl = 'http://archive.test/hello.git';

/** Makes what a web server needs to be an archive of two packages, and a git repository with one commit. */
export async function makeArchive(root: string): Promise<OwnArchive> {
  const archive = new OwnArchive(join(root, 'debian'));
  archive.moveOn();
  const work = await makeRepository(join(root, 'hello'));
  await commit(work, { hello: 'hello\n' });
  await git(root, 'clone', '--quiet', '--bare', work, join(root, 'hello.git'));
  await git(join(root, 'hello.git'), 'update-server-info');
  return archive;
}

/** The files of an archive of two packages, as versions come and go. */
export class OwnArchive {
  readonly #folder: string;
  #version = 0;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Has the next version of both packages, and no longer the one before. */
  moveOn(): void {
    this.#offerNext();
    this.#describeIndex();
  }

  /** Has the next version, but a `Release` that knows only the index before: half of an update has come. */
  beginToMoveOn(): void {
    this.#offerNext();
  }

  /** Has the rest of the update too. */
  finish(): void {
    this.#describeIndex();
  }

  #offerNext(): void {
    const before = readdirSync(this.#folder).filter((name) => name.endsWith('.deb'));
    for (const name of before) rmSync(join(this.#folder, name));
    this.#version++;
    const index = ['gitian-more', 'gitian-one'].map((name) => this.#offer(name));
    writeFileSync(join(this.#folder, 'Packages'), index.join('\n'));
  }

  #describeIndex(): void {
    const packages = readFileSync(join(this.#folder, 'Packages'));
    writeFileSync(
      join(this.#folder, 'Release'),
      `Origin: gitian\nSuite: own\nDate: Sat, 29 Feb 2020 12:00:00 UTC\nSHA256:\n ${sha256(packages)} ${String(packages.length)} Packages\n`,
    );
  }

  /** Makes a package with one program, which it offers as the alternative `gitian`; returns its entry in the index. */
  #offer(name: string): string {
    const version = String(this.#version);
    const tree = join(this.#folder, `${name}.tree`);
    mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
    mkdirSync(join(tree, 'usr/bin'), { recursive: true });
    const control = [
      `Package: ${name}`,
      `Version: ${version}`,
      'Architecture: all',
      'Maintainer: Nobody <nobody@example.org>',
      'Description: for tests',
      '',
    ].join('\n');
    writeFileSync(join(tree, 'DEBIAN/control'), control);
    const alternative = `update-alternatives --install /usr/bin/gitian gitian /usr/bin/${name} 1`;
    writeFileSync(join(tree, 'DEBIAN/postinst'), `#!/bin/sh\n${alternative}\n`, { mode: 0o755 });
    writeFileSync(join(tree, 'usr/bin', name), `#!/bin/sh\necho ${name}\n`, { mode: 0o755 });
    const file = `${name}_${version}_all.deb`;
    const path = join(this.#folder, file);
    execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, path], { stdio: 'ignore' });
    rmSync(tree, { recursive: true });
    const { size } = statSync(path);
    return `${control}Filename: ./${file}\nSize: ${String(size)}\nSHA256: ${sha256(readFileSync(path))}\n`;
  }
}
