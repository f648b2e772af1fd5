import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { cutsNetwork } from '../../src/target/cuts-network.js';
import { takesFiles, type TakesFiles } from '../../src/target/taken-files.js';
import type { StartedTarget, TargetDriver } from '../../src/target/target.js';
import type { TargetWorkspace } from '../support/workspaces/target-workspace.js';
import { describeTaking } from './describe-contract.js';
import { spec } from '../support/workspaces/target-workspace.js';

describeTaking('taking files', (_, workspace) => {
  let place: TargetWorkspace;
  let driver: TargetDriver;
  let target: StartedTarget & TakesFiles;
  let folder: string;
  beforeAll(async () => {
    place = await workspace();
    driver = await place.driver();
    await driver.prepare(spec);
  });
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'taken-'));
    const started = await driver.start(spec);
    if (!takesFiles(started)) throw new Error('it takes no files');
    target = started;
    await guest('rm -rf /tmp/* ~debian/*', 'root');
    await guest('mkdir out');
  });
  afterEach(async () => {
    await target.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const guest = async (script: string, user = 'debian'): Promise<string> =>
    (await target.run(['bash', '-c', script], { user })).stdout;
  const to = (name = 'taken'): string => join(folder, name);
  /** What is in a folder, as lines: kinds, modes, owners, sizes, links and times. */
  const listing = (path: string): string[] =>
    execFileSync(
      'find',
      [
        '.',
        '-mindepth',
        '1',
        '-printf',
        '%p %y %m %U %l %n %Ts ',
        '-type',
        'f',
        '-printf',
        '%s',
        '-o',
        '-printf',
        '\\n',
      ],
      {
        cwd: path,
        encoding: 'utf8',
      },
    )
      .split('\n')
      .sort();

  const capability = (path: string): string =>
    execFileSync(
      'perl',
      [
        '-e',
        'my @words = ($ARGV[0], "security.capability", " " x 20); print syscall(191, @words, 20) == -1 ? "none" : "some"',
        path,
      ],
      { encoding: 'utf8' },
    );

  /** Names of a file's extended attributes, each with a blank behind it. */
  const attributes = (path: string): string => {
    const list = 'my $names = "\\0" x 999; my $n = syscall(195, my $p = $ARGV[0], $names, 999);';
    const print = 'print substr($names, 0, $n) =~ y/\\0/ /r';
    return execFileSync('perl', ['-e', list + print, path], { encoding: 'utf8' });
  };

  it('gives what copying gives, and stops the target', async () => {
    await guest(`cd out; mkdir -p deep/er empty; head -c 3M /dev/urandom >deep/er/random; ln deep/er/random same
      ln -s deep/er link; echo x >'a b'; chmod 600 'a b'; touch -d @1000000000 'a b' empty; chmod 500 deep
      mkdir ../more; echo more >../more/file; truncate -s 1M sparse`);
    await guest(
      `cd ~debian/out; touch set; chmod 6777 set; chmod 2777 empty; echo >>/etc/issue; cp /etc/issue issue; chmod 0 issue
       perl -e 'my @words = ("set", "security.capability", pack("V5", 0x02000001, 0x80, 0, 0, 0));
         syscall(188, @words, 20, 0) == 0 or die $!'`,
      'root',
    );
    await target.copyFrom('/home/debian/out', to('copied'), { user: 'root' });
    const index = await guest('stat -c %i out/same');
    await target.takeFrom([
      { from: 'out', to: to() },
      { from: '/home/debian/more', to: to('more') },
    ]);
    expect(listing(to())).toEqual(listing(to('copied')));
    expect(readFileSync(to('taken/same')).equals(readFileSync(to('copied/same')))).toBe(true);
    expect(readFileSync(to('more/file'), 'utf8')).toBe('more\n');
    expect(`${String(statSync(to('taken/same')).ino)}\n`).toBe(index);
    expect(capability(to('copied/set'))).toBe(capability(to('taken/set')));
    expect(capability(to('taken/set'))).toBe('none');
    await expect(target.run(['true'])).rejects.toMatchObject({ code: 'target-lost' });
    expect(await driver.attach()).toBeUndefined();
  });

  it('gives nobody more than modes say, and leaves the guest no say about what is made there later', async () => {
    await guest(`cd out; mkdir folder; echo secret >folder/file; chmod 600 folder/file; chmod 700 folder
      perl -e 'my $acl = pack("V(vvV)5", 2, 1, 7, -1, 2, 7, 1000, 4, 0, -1, 16, 7, -1, 32, 7, -1);
        for (["folder", "access"], ["folder", "default"], ["folder/file", "access"]) {
          my @words = ($_->[0], "system.posix_acl_$_->[1]", $acl);
          syscall(188, @words, length $acl, 0) == 0 or die "$_->[1]: $!\n";
        }'`);
    await target.takeFrom([{ from: 'out', to: to() }]);
    const shell = 'umask 022; >later; stat -c %a . later file';
    const made = execFileSync('sh', ['-c', shell], { cwd: to('taken/folder'), encoding: 'utf8' });
    expect(made).toBe('755\n644\n755\n');
    expect(['', '/folder', '/folder/file'].map((path) => attributes(to() + path))).toEqual(['', '', '']);
  });

  it('ends what still writes', async () => {
    await guest(
      'setsid sh -c "while :; do date >>out/file; done" >/dev/null 2>&1 & until [ -s out/file ]; do sleep 0.05; done',
    );
    await target.takeFrom([{ from: 'out', to: to() }]);
    const size = statSync(to('taken/file')).size;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(statSync(to('taken/file')).size).toBe(size);
  });

  it('leaves no second name of a file in the target', async () => {
    await guest('echo right >out/file; ln out/file other; echo fine >out/fine');
    await target.takeFrom([{ from: 'out', to: to() }]);
    expect([statSync(to('taken/file')).nlink, readFileSync(to('taken/file'), 'utf8')]).toEqual([
      1,
      'right\n',
    ]);
    expect(readdirSync(to()).sort()).toEqual(['file', 'fine']);
  });

  it('takes all of a folder that came from the base image', async () => {
    await guest(
      'mv /usr/share/doc ~debian/out/doc; chown -R debian ~debian/out/doc; find ~debian/out -type l -delete',
      'root',
    );
    const count = Number(await guest('find out -type f | wc -l'));
    expect(count).toBeGreaterThan(100);
    await target.takeFrom([{ from: 'out', to: to() }]);
    expect(execFileSync('find', [to(), '-type', 'f'], { encoding: 'utf8' }).trim().split('\n')).toHaveLength(
      count,
    );
    await driver.prepare(spec);
  });

  it('says what is missing', async () => {
    await guest('rmdir out');
    await expect(target.takeFrom([{ from: 'out', to: to() }])).rejects.toMatchObject({
      code: 'guest-path-missing',
    });
  });

  it.each([
    ['an absolute link', 'ln -s /etc/passwd a', 'absolute path'],
    ['a link out', 'ln -s ../../a a', 'out of the copied folder'],
    ['a link that climbs in the middle', 'mkdir d; ln -s d/../../.. a', 'climbs after going down'],
    ['a FIFO', 'mkfifo a', 'FIFO'],
    ['a socket', `perl -MSocket -e 'socket S, AF_UNIX, SOCK_STREAM, 0; bind S, sockaddr_un "a"'`, 'a socket'],
    ['a name with an escape', `touch $'\\e[2J'`, 'control character'],
    ['a name with a newline that looks like a file', `touch $'a\\nf 1 1 1'`, 'control character'],
    ['a name that is no UTF-8', `touch $'\\xff'`, 'UTF-8'],
    [
      'a path of 4,821 bytes',
      `perl -e 'for (1..20) { mkdir "x" x 240; chdir "x" x 240 } open F, ">", "a"'`,
      'longer than this host',
    ],
  ])('refuses %s', async (_title, script, reason) => {
    await guest(`cd ~debian/out; ${script}`, 'root');
    await expect(target.takeFrom([{ from: 'out', to: to() }])).rejects.toMatchObject({
      code: 'guest-file-refused',
      message: expect.stringContaining(reason) as string,
    });
    await expect(target.run(['true'])).rejects.toMatchObject({ code: 'target-lost' });
  });

  it.each([
    ['a file of holes', 'truncate -s 8T a'],
    ['many files of holes', 'for each in {1..128}; do truncate -s 64G $each; done'],
  ])('refuses %s that would not fit on the disk', async (_title, script) => {
    await guest(`cd out; head -c 1M /dev/zero >full; ${script}`);
    await expect(target.takeFrom([{ from: 'out', to: to() }])).rejects.toMatchObject({
      code: 'no-room-for-file',
      message: expect.stringMatching(/ has no room for the target's file "\w+" of \d+ bytes$/) as string,
    });
  });

  it('refuses a device, where the guest can make one', async () => {
    await target.stop();
    target = (await (await place.driver({ privileged: true })).start(spec)) as StartedTarget & TakesFiles;
    const { exitCode } = await target.run(['mknod', '/home/debian/out/a', 'b', '7', '0'], {
      user: 'root',
      check: false,
    });
    expect(exitCode).toBe(0);
    await expect(target.takeFrom([{ from: 'out', to: to() }])).rejects.toMatchObject({
      code: 'guest-file-refused',
      message: expect.stringContaining('device') as string,
    });
  });

  it('follows no link of the guest', async () => {
    await guest(
      'rmdir ~debian/out; mkdir /tmp/real; echo x >/tmp/real/file; ln -s /tmp/real ~debian/out',
      'root',
    );
    await target.takeFrom([{ from: 'out', to: to() }]);
    expect(readFileSync(to('taken/file'), 'utf8')).toBe('x\n');
  });

  it.each([
    [
      'deeper than what can be taken',
      `mkdir -p out/${'d/'.repeat(13)}; echo built >out/${'d/'.repeat(13)}file`,
    ],
    ['by a name that is no plain word', "echo built >'out/a b'", 'out/../out'],
  ])('gives no network back to copy what is %s', async (_title, script, from = 'out') => {
    let met = 0;
    const server = createServer((socket) => void (met++, socket.destroy())).listen(0, '0.0.0.0');
    try {
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      await target.stop();
      const settings = { reachesHostLoopback: true, hostPort: port };
      target = (await (await place.driver(settings)).start(spec)) as StartedTarget & TakesFiles;
      await guest(script);
      const calls = `timeout 5 bash -c ': >/dev/tcp/10.0.2.2/${String(port)}'`;
      const replaced = String.raw`#!/bin/sh\n${calls}\nexec tar.real "$@"\n`;
      await guest(
        `cd /bin; mv tar tar.real; printf '%b' '${replaced.replaceAll("'", String.raw`'\''`)}' >tar; chmod +x tar`,
        'root',
      );
      await guest('tar --version', 'root');
      expect(met).toBe(1);
      if (!cutsNetwork(target)) throw new Error('it cuts no network');
      await target.cutNetwork();
      await target.takeFrom([{ from, to: to() }]);
      expect(
        execFileSync('find', [to(), '-type', 'f', '-exec', 'cat', '{}', '+'], { encoding: 'utf8' }),
      ).toBe('built\n');
      expect(met).toBe(1);
    } finally {
      server.close();
      await driver.prepare(spec);
    }
  });
});
