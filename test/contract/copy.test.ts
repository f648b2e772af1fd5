import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { chmod, link, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StartedTarget } from '../../src/target/target.js';
import { tarStream, type TarEntry } from '../support/samples/tar-stream.js';
import type { TargetWorkspace } from '../support/workspaces/target-workspace.js';
import { describeContract } from './describe-contract.js';
import { spec } from '../support/workspaces/target-workspace.js';
import { triesAll, unlessAll } from '../support/tries-all.js';

const asRoot = { user: 'root' } as const;
const oddNames = [
  '-rf',
  ' ',
  'a b',
  '"q"',
  "it's",
  '$HOME',
  '*',
  'ü€😀',
  '\\',
  '~',
  '@+=,:;',
  'x'.repeat(255),
];

describeContract('copying', ({ muchToCopy }, workspace) => {
  let place: TargetWorkspace;
  let target: StartedTarget;
  let from: string;
  let to: string;
  beforeAll(async () => {
    place = await workspace();
    const driver = await place.driver();
    await driver.prepare(spec);
    target = await driver.start(spec);
  });
  afterAll(async () => {
    await target.stop();
    await place[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    [from = '', to = ''] = await Promise.all(
      ['from-', 'to-'].map(async (prefix) => mkdtemp(join(tmpdir(), prefix))),
    );
  });
  afterEach(async () => {
    await Promise.all([from, to].map(async (path) => rm(path, { recursive: true, force: true })));
    await target.run(['sh', '-c', 'rm -rf -- "$HOME"/*'], {});
  });

  const guest = async (script: string, user = 'debian'): Promise<string> =>
    (await target.run(['bash', '-c', script], { user })).stdout;

  /** What survives a copy, as lines. */
  const listing = (folder: string): string =>
    execFileSync(
      'find',
      [
        '.',
        '-mindepth',
        '1',
        '(',
        '-type',
        'd',
        '-printf',
        '%p %y %m\\n',
        '-o',
        '-printf',
        '%p %y %m %s %l %n %Ts\\n',
        ')',
      ],
      { cwd: folder, encoding: 'utf8' },
    )
      .split('\n')
      .sort()
      .join('\n');

  it('keeps contents, modes, links and times in both directions', async () => {
    await mkdir(join(from, 'deep/er'), { recursive: true });
    await mkdir(join(from, 'empty'));
    await writeFile(join(from, 'deep/er/random'), randomBytes(5_000_000));
    await writeFile(join(from, 'nothing'), '');
    await writeFile(join(from, 'script'), '#!/bin/sh\n', { mode: 0o755 });
    await writeFile(join(from, 'private'), 'p', { mode: 0o600 });
    await writeFile(join(from, 'fixed'), 'f', { mode: 0o444 });
    await link(join(from, 'script'), join(from, 'deep/same'));
    await symlink('../script', join(from, 'deep/link'));
    await symlink('nowhere', join(from, 'dangling'));
    await symlink('deep/er', join(from, 'folder-link'));
    await utimes(join(from, 'script'), 1_000_000_000, 1_000_000_000);
    await utimes(join(from, 'empty'), 1_100_000_000, 1_100_000_000);
    const names = readdirSync(from);
    await target.copyTo({ directory: from, names }, 'there');
    await target.copyFrom('there', to);
    expect(listing(to)).toBe(listing(from));
    // Byte by byte, toEqual takes a minute.
    expect(readFileSync(join(to, 'deep/er/random')).equals(readFileSync(join(from, 'deep/er/random')))).toBe(
      true,
    );
    expect(statSync(join(to, 'empty')).mtimeMs).toBe(1_100_000_000_000);
    expect(readlinkSync(join(to, 'folder-link'))).toBe('deep/er');
    expect(await guest('find there ! -user debian -o ! -group debian')).toBe('');
  });

  it('keeps the nanoseconds on the way into the target', async () => {
    await writeFile(join(from, 'a'), '');
    execFileSync('touch', ['-d', '2020-02-03 04:05:06.123456789 UTC', join(from, 'a')]);
    await target.copyTo({ directory: from, names: ['a'] }, '.');
    expect(await guest('date -u -d "@$(stat -c %.9Y a)" +%FT%T.%N')).toBe('2020-02-03T04:05:06.123456789\n');
  });

  it('copies any name', async () => {
    for (const name of oddNames) await writeFile(join(from, name), name);
    await target.copyTo({ directory: from, names: oddNames }, 'odd $place');
    await target.copyFrom('odd $place', to);
    expect(readdirSync(to).sort()).toEqual([...oddNames].sort());
    for (const name of oddNames) expect(readFileSync(join(to, name), 'utf8')).toBe(name);
  });

  it("loses what the guest's umask takes, and owners", async () => {
    await writeFile(join(from, 'open'), '');
    await chmod(join(from, 'open'), 0o777);
    await target.copyTo({ directory: from, names: ['open'] }, 'x');
    expect(await guest('stat -c "%a %U %G" x/open')).toBe('755 debian debian\n');
    await target.copyTo({ directory: from, names: ['open'] }, 'x', asRoot);
    expect(await guest('stat -c "%a %U %G" x/open', 'root')).toBe('755 root root\n');
    await guest('rm -rf x', 'root');
  });

  it('copies to an absolute folder, and leaves the modes of folders that are there', async () => {
    await guest('mkdir -m 0700 /tmp/mine');
    await writeFile(join(from, 'a'), '1');
    await target.copyTo({ directory: from, names: ['.'] }, '/tmp/mine');
    expect(await guest('stat -c %a /tmp/mine; cat /tmp/mine/a')).toBe('700\n1');
  });

  it('replaces what is there', async () => {
    await writeFile(join(from, 'a'), 'new');
    await guest('echo old >a; chmod 400 a; ln -s a b');
    await writeFile(join(from, 'b'), 'b');
    await target.copyTo({ directory: from, names: ['a', 'b'] }, '.');
    expect(await guest('cat a b; test -L b || echo file')).toBe('newbfile\n');
    await writeFile(join(to, 'a'), 'old');
    await symlink('/etc/passwd', join(to, 'b'));
    await target.copyFrom('.', to, { names: ['a', 'b'] });
    expect([readFileSync(join(to, 'a'), 'utf8'), readFileSync(join(to, 'b'), 'utf8')]).toEqual(['new', 'b']);
  });

  it("follows no link of the guest's to a place of the host's", async () => {
    await mkdir(join(from, 'a/b'), { recursive: true });
    await writeFile(join(from, 'a/b/c'), 'copied');
    await chmod(to, 0o777);
    // The folder of the host's is one of the guest's too, under the same name.
    await guest(`mkdir -p ${to}/in a; ln -s ${to}/in x; ln -s ${to} a/b`);
    await target.copyTo({ directory: from, names: ['a'] }, 'x');
    await target.copyTo({ directory: from, names: ['a/.'] }, '.');
    expect(readdirSync(to)).toEqual([]);
    expect(await guest(`cat ${to}/in/a/b/c a/b/c; rm -r ${to}`)).toBe('copiedcopied');
  });

  it('takes a link to a folder for what it is at the host, whatever the target has of that name', async () => {
    await mkdir(join(to, 'real'));
    await writeFile(join(to, 'real/file'), "the host's");
    await symlink(join(to, 'real'), join(from, 'link'));
    await guest(`mkdir -p ${to}/real; echo "the guest's" >${to}/real/file`);
    await target.copyTo({ directory: from, names: ['link/.'] }, 'x');
    expect(await guest(`cat x/link/file; rm -r ${to}`)).toBe("the host's");
  });

  it('copies what is no file as well, and as much in a tree of any depth', async () => {
    const deep = Array.from({ length: 300 }, () => 'd').join('/');
    await mkdir(join(from, deep), { recursive: true });
    await writeFile(join(from, deep, 'bottom'), 'deep');
    execFileSync('mkfifo', [join(from, 'd/pipe')]);
    await target.copyTo({ directory: from, names: ['d'] }, 'x');
    expect(await guest(`cat x/${deep}/bottom; stat -c %F x/d/pipe`)).toBe('deepfifo\n');
  });

  it('copies only the names that are asked for', async () => {
    await guest('mkdir -p d/e; touch d/one d/two d/-three d/e/four');
    await target.copyFrom('d', to, { names: ['one', '-three', 'e'] });
    expect(readdirSync(to, { recursive: true }).sort()).toEqual(['-three', 'e', 'e/four', 'one']);
  });

  it('says what is missing', async () => {
    await expect(target.copyFrom('no/such', to)).rejects.toMatchObject({ code: 'guest-path-missing' });
    await expect(target.copyFrom('.', to, { names: ['gone'] })).rejects.toMatchObject({
      code: 'guest-path-missing',
    });
    await expect(target.copyTo({ directory: from, names: ['gone'] }, 'x')).rejects.toMatchObject({
      code: 'process-failed',
      message: expect.stringContaining('gone') as string,
    });
    expect(await guest('echo alive')).toBe('alive\n');
  });

  it('says why the target does not take a file', async () => {
    await writeFile(join(from, 'big'), Buffer.alloc(30_000_000));
    await expect(target.copyTo({ directory: from, names: ['big'] }, '/proc/sys')).rejects.toMatchObject({
      code: 'guest-command-failed',
    });
    expect(await guest('echo alive')).toBe('alive\n');
  });

  it.skipIf(!triesAll)(`copies much without keeping it in memory${unlessAll}`, async () => {
    await guest(`mkdir big; truncate -s ${String(muchToCopy)} big/zeros`);
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
    await target.copyFrom('big', to);
    clearInterval(watch);
    expect(statSync(join(to, 'zeros')).size).toBe(muchToCopy);
    expect(most - before).toBeLessThan(Math.min(100 * 2 ** 20, 0.75 * muchToCopy));
  });

  describe('from a hostile target', () => {
    it.each([
      ['an absolute link', 'ln -s /etc/passwd a', 'absolute path'],
      ['a link out', 'ln -s ../../a a', 'out of the copied folder'],
      ['a link that climbs in the middle', 'mkdir d; ln -s d/../../.. a', 'climbs after going down'],
      ['a FIFO', 'mkfifo a', 'FIFO'],
      [
        'a socket',
        `perl -MSocket -e 'socket S, AF_UNIX, SOCK_STREAM, 0; bind S, sockaddr_un "a"'`,
        'a socket',
      ],
      ['a name with a newline', `touch $'a\\nb'`, 'control character'],
      ['a name with an escape', `touch $'\\e[2J'`, 'control character'],
      ['a name that is no UTF-8', `touch $'\\xff'`, 'UTF-8'],
    ])('refuses %s', async (_title, script, reason) => {
      await guest(`mkdir -m 755 /tmp/x; cd /tmp/x; ${script}`, 'root');
      await expect(target.copyFrom('/tmp/x', to)).rejects.toMatchObject({
        code: 'guest-file-refused',
        message: expect.stringContaining(reason) as string,
      });
      await guest('rm -r /tmp/x', 'root');
      expect(readdirSync(to).filter((name) => name !== 'd')).toEqual([]);
    });

    it('refuses a device', async () => {
      await expect(target.copyFrom('/dev', to, { names: ['null'] })).rejects.toMatchObject({
        code: 'guest-file-refused',
        message: expect.stringContaining('a device') as string,
      });
      expect(readdirSync(to).filter((name) => name !== 'd')).toEqual([]);
    });

    it('drops set-id bits, owners, and what lets others write', async () => {
      await guest(
        'mkdir -p /tmp/y/dir; cd /tmp/y; touch suid all; chmod 6777 suid; chmod 666 all; chmod 2777 dir',
        'root',
      );
      await target.copyFrom('/tmp/y', to);
      const modes = ['suid', 'all', 'dir'].map((entry) => statSync(join(to, entry)).mode & 0o7777);
      expect(modes).toEqual([0o755, 0o644, 0o755]);
      expect(statSync(join(to, 'suid')).uid).toBe(process.getuid?.());
    });

    it('writes nothing outside, whatever its tar sends', async () => {
      const outside = join(to, '..', 'gitian-escaped');
      await guest(
        "printf '#!/bin/sh\\ncat /tmp/evil/stream' >/usr/local/bin/tar; chmod 755 /usr/local/bin/tar",
        'root',
      );
      const attacks: TarEntry[][] = [
        [{ name: '../gitian-escaped' }],
        [{ name: 'a/../../gitian-escaped' }],
        [{ name: outside }],
        [{ name: 'l', type: '2', target: '..' }, { name: 'l/gitian-escaped' }],
        [{ name: 'l', type: '2', target: '.' }, { name: 'l/x' }],
        [{ name: 'h', type: '1', target: '../../etc/passwd' }],
        [{ name: 'd', type: '4' }],
        [{ name: 'u', type: 'Z' }],
      ];
      for (const attack of attacks) {
        await target.run(['sh', '-c', 'mkdir -p /tmp/evil; cat >/tmp/evil/stream'], {
          stdin: tarStream(attack),
        });
        await expect(target.copyFrom('.', to), JSON.stringify(attack)).rejects.toMatchObject({
          code: 'guest-file-refused',
        });
        expect(existsSync(outside)).toBe(false);
      }
      await guest('rm -f /usr/local/bin/tar', 'root');
    });
  });
});
