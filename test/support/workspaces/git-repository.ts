import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../../../src/core/processes/process.js';

/** Runs git in a directory as somebody who has no configuration, at a date that tests can expect. */
export async function git(directory: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run({
    program: 'git',
    args: ['-c', 'protocol.file.allow=always', '-c', 'init.defaultBranch=master', ...args],
    cwd: directory,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_AUTHOR_NAME: 'A. Author',
      GIT_AUTHOR_EMAIL: 'author@localhost',
      GIT_AUTHOR_DATE: '2014-11-16T23:30:15-0200',
      GIT_COMMITTER_NAME: 'C. Committer',
      GIT_COMMITTER_EMAIL: 'committer@localhost',
      GIT_COMMITTER_DATE: '2015-01-02T03:04:05+0000',
    },
  });
  return stdout.trim();
}

/** A repository with a work tree at `path`. */
export async function makeRepository(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  await git(path, 'init', '--quiet');
  return path;
}

/** Commits files and returns the commit's hash. */
export async function commit(repository: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(repository, name)), { recursive: true });
    await writeFile(join(repository, name), text);
  }
  await git(repository, 'add', '--all');
  await git(repository, 'commit', '--quiet', '--allow-empty', '-m', Object.keys(files).join());
  return git(repository, 'rev-parse', 'HEAD');
}
