import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git } from '../../../support/workspaces/git-repository.js';
import { inputsRoom } from '../../../support/workspaces/inputs-room.js';

const here = inputsRoom();

/** An entry of a tree as git stores it, whatever git itself thinks of it. */
type Entry = readonly [mode: string, name: string, hash: string];

function object(type: string, bytes: Buffer | string): string {
  const args = ['hash-object', '-w', '--literally', '--stdin', '-t', type];
  return execFileSync('git', args, { cwd: here.origin, input: bytes, encoding: 'utf8' }).trim();
}

const blob = (text: string): string => object('blob', text);

function tree(...entries: readonly Entry[]): string {
  const parts = entries.flatMap(([mode, name, hash]) => [
    Buffer.from(`${mode} ${name}\0`),
    Buffer.from(hash, 'hex'),
  ]);
  return object('tree', Buffer.concat(parts));
}

async function publish(root: string): Promise<void> {
  const hash = await git(here.origin, 'commit-tree', root, '-m', 'evil');
  await git(here.origin, 'update-ref', 'refs/heads/master', hash);
}

const file = (name: string, text = 'evil'): Entry => ['100644', name, blob(text)];
const link = (name: string, to: string): Entry => ['120000', name, blob(to)];
const folder = (name: string, ...entries: readonly Entry[]): Entry => ['40000', name, tree(...entries)];
const hook = (): Entry => ['100755', 'post-checkout', blob(`#!/bin/sh\ntouch ${here.room}/ran\n`)];
const config = (): Entry =>
  file('config', `[core]\n\tfsmonitor = touch ${here.room}/ran\n\thooksPath = hooks\n`);

/** Trees that no git makes, and what they would have written or run. */
const trees: readonly (readonly [string, () => Entry[]])[] = [
  ['.git', () => [folder('.git', config(), folder('hooks', hook()))]],
  ['.GIT', () => [folder('.GIT', config(), folder('hooks', hook()))]],
  ['git~1', () => [folder('git~1', config())]],
  ['.git::$INDEX_ALLOCATION', () => [folder('.git::$INDEX_ALLOCATION', config())]],
  ['.git with a blank', () => [folder('.git ', config())]],
  ['.git with a letter that HFS ignores', () => [folder('.g\u200cit', config())]],
  ['a link .git', () => [link('.git', join(here.room, 'outside'))]],
  ['a file .git', () => [file('.git', `gitdir: ${here.room}/outside`)]],
  ['..', () => [folder('..', file('outside'))]],
  ['../outside', () => [file('../outside')]],
  ['a path without a step', () => [file('a//outside')]],
  ['an absolute path', () => [file(join(here.room, 'outside'))]],
  ['no name', () => [file('')]],
  ['a link and a folder of one name', () => [link('a', here.room), folder('a', file('outside'))]],
  [
    'a link and a folder whose names differ in case',
    () => [folder('A', file('outside')), link('a', here.room)],
  ],
  ['a link .gitmodules', () => [link('.gitmodules', '/dev/zero')]],
  [
    'links .gitattributes and .gitignore',
    () => [link('.gitattributes', '/dev/zero'), link('.gitignore', '/dev/zero')],
  ],
  ['a link into itself', () => [link('a', 'a'), link('b', '../hello/b/b')]],
  ['a folder that is no tree', () => [['40000', 'a', blob('evil')]]],
  ['an object that is not there', () => [['100644', 'a', '1'.repeat(40)]]],
  [
    'a file with a mode that is none',
    () => [
      ['100', 'a', blob('evil')],
      ['170000', 'b', blob('evil')],
    ],
  ],
  ['a name with a line break and an escape', () => [file('a\nhash  other'), file('\u001b[2J')]],
];

function expectUnharmed(): void {
  expect(readdirSync(here.room).sort()).toEqual(['origin', 'workspace']);
  expect(readdirSync(join(here.room, 'workspace/inputs'))).toEqual(['hello']);
  if (!existsSync(join(here.clone, '.git/config'))) return;
  expect(readFileSync(join(here.clone, '.git/config'), 'utf8')).not.toContain('fsmonitor');
  expect(existsSync(join(here.clone, '.git/hooks'))).toBe(false);
}

describe('a tree with', () => {
  it.each(trees)('%s writes and runs nothing outside', async (_title, entries) => {
    await publish(tree(...entries()));
    await here.sentenceFor();
    expectUnharmed();
  });

  it('a folder in a folder, ten thousand times over, is refused', async () => {
    const path = `${'d/'.repeat(10_000)}a`;
    const input = `commit refs/heads/master\ncommitter A <a@example.com> 0 +0000\ndata 0\nM 100644 inline ${path}\ndata 1\na\n`;
    execFileSync('git', ['fast-import', '--quiet'], { cwd: here.origin, input });
    expect(await here.sentenceFor()).toContain(`can't be checked out`);
    expectUnharmed();
  });
});
