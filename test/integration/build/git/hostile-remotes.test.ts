import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commit, git, makeRepository } from '../../../support/workspaces/git-repository.js';
import { repositoriesBelow, serve, type Answer } from '../../../support/servers/git-server.js';
import { inputsRoom } from '../../../support/workspaces/inputs-room.js';
import { triesAll } from '../../../support/tries-all.js';

const here = inputsRoom('served/origin');

function expectUnharmed(): void {
  expect(readdirSync(here.room).filter((name) => !['served', 'workspace', 'private'].includes(name))).toEqual(
    [],
  );
  expect(readdirSync(join(here.room, 'workspace/inputs'))).toEqual(['hello']);
  expect(existsSync(join(here.clone, '.git/hooks'))).toBe(false);
}

interface Submodule {
  readonly name?: string;
  readonly path?: string;
  readonly url?: string;
  readonly more?: string;
}

/** A commit that has a submodule; `RAN` is a file that must not come to be. */
async function publishSubmodule({
  name = 'lib',
  path = 'lib',
  url = '../library',
  more = '',
}: Submodule): Promise<void> {
  const library = await makeRepository(join(here.room, 'served/library'));
  const hash = await commit(library, { lib: 'one' });
  const ran = (text: string): string => text.replaceAll('RAN', join(here.room, 'ran'));
  appendFileSync(
    join(here.origin, '.gitmodules'),
    `[submodule "${name}"]\n\tpath = "${path}"\n\turl = "${ran(url)}"\n${ran(more)}`,
  );
  await git(here.origin, 'add', '.gitmodules');
  const gitmodules = await git(here.origin, 'rev-parse', ':.gitmodules');
  const entries = [
    ['100644', '.gitmodules', gitmodules],
    ['160000', path, hash],
  ].map(([mode = '', file = '', object = '']) =>
    Buffer.concat([Buffer.from(`${mode} ${file}\0`), Buffer.from(object, 'hex')]),
  );
  const args = ['hash-object', '-w', '--literally', '--stdin', '-t', 'tree'];
  const tree = execFileSync('git', args, {
    cwd: here.origin,
    input: Buffer.concat(entries),
    encoding: 'utf8',
  }).trim();
  const evil = await git(here.origin, 'commit-tree', tree, '-m', 'evil');
  await git(here.origin, 'update-ref', 'refs/heads/master', evil);
}

describe('a server whose commit has a submodule', () => {
  it.each<[string, Submodule]>([
    ['of another transport', { url: 'ext::sh -c touch% RAN' }],
    ['whose url is an option', { url: '--upload-pack=touch RAN' }],
    ['whose url is a short option', { url: '-utouch RAN' }],
    ['from a file of this host', { url: 'file:///etc' }],
    ['from a path of this host', { url: '/etc' }],
    ['whose ssh host is an option', { url: 'ssh://-oProxyCommand=touch%20RAN/x' }],
    ['whose ssh host is an option, in the short form', { url: '-oProxyCommand=touch RAN:x' }],
    ['whose ssh host ends in an option', { url: 'ssh://x@-oProxyCommand=touch%20RAN/x' }],
    ['whose git host is an option', { url: 'git://-oProxyCommand=touch%20RAN/x' }],
    ['whose url has a line break', { url: String.raw`../library\nRAN` }],
    ['that updates with a command', { more: '\tupdate = !touch RAN\n' }],
    [
      'that is fetched in its own way',
      {
        more: '\tfetchRecurseSubmodules = true\n\tignore = all\n\tshallow = true\n\tbranch = --upload-pack=touch\n',
      },
    ],
    ['whose name leads out', { name: '../../../../ran' }],
    ['whose name leads into the hooks', { name: '../hooks' }],
    ['whose name is empty', { name: '' }],
    ['whose name is an option', { name: '--upload-pack=touch RAN' }],
    ['whose path leads out', { path: '../../../ran' }],
    ['whose path is in .git', { path: '.git/hooks' }],
    ['whose path is an option', { path: '--upload-pack=touch' }],
    ['whose path is absolute', { path: '/tmp/ran' }],
  ])('%s has nothing run, and nothing written elsewhere', async (_title, submodule) => {
    await publishSubmodule(submodule);
    await using server = await serve(repositoriesBelow(join(here.room, 'served')));
    await here.sentenceFor(`${server.url}/origin`);
    expectUnharmed();
  });
});

describe('a repository on this host', () => {
  it('that has another in its files, as a submodule, has nothing run', async () => {
    const touch = `touch ${here.room}/ran`;
    const fake = join(here.origin, 'fake.git');
    mkdirSync(fake);
    await git(fake, 'init', '--quiet', '--bare');
    await git(here.origin, 'commit', '--allow-empty', '--quiet', '-m', 'one');
    await git(here.origin, 'push', '--quiet', fake, 'HEAD:refs/heads/master', 'HEAD:refs/heads/other');
    writeFileSync(
      join(fake, 'config'),
      `[core]\n\trepositoryformatversion = 1\n\tbare = true\n\tfsmonitor = ${touch}\n\tsshCommand = ${touch}\n` +
        `\thooksPath = ${fake}/hooks\n\talternateRefsCommand = ${touch}\n\tpager = ${touch}\n\teditor = ${touch}\n` +
        `[extensions]\n\tpartialClone = origin\n` +
        `[remote "origin"]\n\turl = ext::sh -c "${touch}"\n\tpromisor = true\n\tuploadpack = ${touch}\n` +
        `[uploadpack]\n\tpackObjectsHook = ${touch}\n\tallowAnySHA1InWant = true\n[protocol "ext"]\n\tallow = always\n`,
    );
    mkdirSync(join(fake, 'hooks'), { recursive: true });
    for (const hook of ['post-checkout', 'pre-receive', 'reference-transaction', 'post-upload-pack'])
      writeFileSync(join(fake, 'hooks', hook), `#!/bin/sh\n${touch}\n`, { mode: 0o755 });
    const hash = await git(here.origin, 'rev-parse', 'HEAD');
    writeFileSync(join(here.origin, '.gitmodules'), `[submodule "lib"]\n\tpath = lib\n\turl = ./fake.git\n`);
    await git(here.origin, 'add', '.gitmodules');
    // One commit is there; the other it would have to fetch.
    for (const wanted of [hash, '1'.repeat(40)]) {
      await git(here.origin, 'update-index', '--add', '--cacheinfo', `160000,${wanted},lib`);
      await git(here.origin, 'commit', '--quiet', '-m', 'evil');
      await here.sentenceFor(here.origin);
      expectUnharmed();
    }
  });
});

/** Serves files as they are: git's oldest way, in which the client does everything. */
function filesBelow(root: string, more: Readonly<Record<string, string>>): Answer {
  return (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const found = more[path];
    try {
      response.end(found ?? readFileSync(join(root, path)));
    } catch {
      response.writeHead(404).end();
    }
  };
}

describe('a server', () => {
  it.each(['/objects/info/alternates', '/objects/info/http-alternates'])(
    'whose %s names others has nobody asked',
    async (path) => {
      const secret = await makeRepository(join(here.room, 'private'));
      const hash = await commit(secret, { secret: 'secret' });
      await commit(here.origin, { a: 'one' });
      await git(here.origin, 'update-server-info');
      await using other = await serve(filesBelow(join(secret, '.git'), {}));
      const root = join(here.origin, '.git');
      await using server = await serve(
        filesBelow(root, {
          '/info/refs': `${hash}\trefs/heads/master\n`,
          [path]: `${join(secret, '.git/objects')}\nfile://${secret}/.git/objects\n${other.url}/objects\n../../private/.git/objects\n`,
        }),
      );
      await here.sentenceFor(server.url);
      expect(other.requests).toEqual([]);
      expect(existsSync(join(here.clone, 'secret'))).toBe(false);
      expectUnharmed();
    },
  );

  it.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'ext::sh -c touch',
    'gopher://127.0.0.1/',
    'scp://127.0.0.1/x',
    'ldap://127.0.0.1/x',
  ])('that leads on to %s is not followed', async (location) => {
    await using server = await serve((_, response) => response.writeHead(302, { location }).end());
    await here.sentenceFor(server.url);
    expectUnharmed();
  });

  it('with many refs is asked for one in time', async () => {
    const hash = await commit(here.origin, { a: 'one' });
    const count = triesAll ? 1_000_000 : 100_000;
    const refs = Array.from(
      { length: count },
      (_, n) => `${hash} refs/tags/t${String(n).padStart(7, '0')}\n`,
    );
    writeFileSync(
      join(here.origin, '.git/packed-refs'),
      `# pack-refs with: peeled fully-peeled sorted \n${refs.join('')}`,
    );
    await using server = await serve(repositoriesBelow(join(here.room, 'served')));
    for (const url of [here.origin, `${server.url}/origin/.git`])
      expect(await here.sentenceFor(url)).toBeUndefined();
  });
});
