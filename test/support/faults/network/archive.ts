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
export async function makeArchive(root: string): Promise<void> {
  const archive = join(root, 'debian');
  mkdirSync(archive, { recursive: true });
  for (const name of ['gitian-one', 'gitian-more']) makePackage(archive, name);
  const index = readdirSync(archive)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => indexEntry(archive, name));
  const packages = index.join('\n');
  writeFileSync(join(archive, 'Packages'), packages);
  writeFileSync(
    join(archive, 'Release'),
    `Origin: gitian\nSuite: own\nDate: Sat, 29 Feb 2020 12:00:00 UTC\nSHA256:\n ${sha256(packages)} ${String(packages.length)} Packages\n`,
  );
  const work = await makeRepository(join(root, 'hello'));
  await commit(work, { hello: 'hello\n' });
  await git(root, 'clone', '--quiet', '--bare', work, join(root, 'hello.git'));
  await git(join(root, 'hello.git'), 'update-server-info');
}

/** A package with one program, which it offers as the alternative `gitian`. */
function makePackage(archive: string, name: string): void {
  const tree = join(archive, `${name}.tree`);
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  mkdirSync(join(tree, 'usr/bin'), { recursive: true });
  const control = [
    `Package: ${name}`,
    'Version: 1',
    'Architecture: all',
    'Maintainer: Nobody <nobody@example.org>',
    'Description: for tests',
    '',
  ];
  writeFileSync(join(tree, 'DEBIAN/control'), control.join('\n'));
  const alternative = `update-alternatives --install /usr/bin/gitian gitian /usr/bin/${name} 1`;
  writeFileSync(join(tree, 'DEBIAN/postinst'), `#!/bin/sh\n${alternative}\n`, { mode: 0o755 });
  writeFileSync(join(tree, 'usr/bin', name), `#!/bin/sh\necho ${name}\n`, { mode: 0o755 });
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, join(archive, `${name}_1_all.deb`)], {
    stdio: 'ignore',
  });
  rmSync(tree, { recursive: true });
}

function indexEntry(archive: string, name: string): string {
  const path = join(archive, name);
  const control = execFileSync('dpkg-deb', ['--field', path], { encoding: 'utf8' });
  const { size } = statSync(path);
  return `${control}Filename: ./${name}\nSize: ${String(size)}\nSHA256: ${sha256(readFileSync(path))}\n`;
}
