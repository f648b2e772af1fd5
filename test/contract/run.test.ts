import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StartedTarget, TargetDriver } from '../../src/target/target.js';
import { boundToDevice } from '../support/bound-to-device.js';
import type { TargetWorkspace } from '../support/workspaces/target-workspace.js';
import { until } from '../support/until.js';
import { describeContract } from './describe-contract.js';
import { spec } from '../support/workspaces/target-workspace.js';
import { sha256 } from '../support/digest.js';

const asRoot = { user: 'root' } as const;

describeContract('running', ({ hidesLoopback }, workspace) => {
  let place: TargetWorkspace;
  let driver: TargetDriver;
  let target: StartedTarget;
  beforeAll(async () => {
    place = await workspace();
    driver = await place.driver();
    expect(await driver.probe()).toEqual({ usable: true });
    await driver.prepare(spec);
    target = await driver.start(spec);
  });
  afterAll(async () => {
    await target.stop();
    await place[Symbol.asyncDispose]();
  });

  const output = async (...argv: string[]): Promise<string> => (await target.run(argv)).stdout;

  it.each([0, 1, 42, 255])('gives the exit code %d back', async (code) => {
    const result = await target.run(['sh', '-c', `exit ${String(code)}`], { check: false });
    expect(result.exitCode).toBe(code);
  });

  it.each([
    ['TERM', 143],
    ['KILL', 137],
  ])('gives 128 + n for a command that SIG%s ended', async (signal, code) => {
    const result = await target.run(['sh', '-c', `kill -${signal} $$`], { check: false });
    expect(result.exitCode).toBe(code);
  });

  it('throws for an exit code that is not 0, with what the command said', async () => {
    await expect(target.run(['sh', '-c', 'echo first >&2; echo why >&2; exit 3'])).rejects.toMatchObject({
      code: 'guest-command-failed',
      lines: ['first', 'why'],
    });
  });

  it('says that a program is not there', async () => {
    const result = await target.run(['no-such-program'], { check: false });
    expect(result.exitCode).toBe(127);
  });

  it('hands arguments over as they are', async () => {
    const nasty = [
      '',
      ' ',
      'a b',
      '"',
      "'",
      '$HOME',
      '$(id)',
      '`id`',
      'a\nb',
      '\t',
      '\\',
      '*',
      '-n',
      '--',
      'ü€😀',
      'K=V',
      ';',
      '&',
    ];
    expect(await output('printf', '<%s>\\0', ...nasty)).toBe(nasty.map((word) => `<${word}>\0`).join(''));
  });

  it('runs a program whose name has an equals sign', async () => {
    await target.run(['sh', '-c', 'printf "#!/bin/sh\\necho ran \\$1" >a=b; chmod +x a=b']);
    expect(await output('./a=b', 'x')).toBe('ran x\n');
  });

  it('passes stdin and stdout on byte by byte', async () => {
    const bytes = Buffer.concat([
      Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
      randomBytes(3_000_000),
    ]);
    const received = new PassThrough();
    const hash = createHash('sha256');
    const read = (async () => {
      for await (const chunk of received) hash.update(chunk as Buffer);
    })();
    await target.run(['cat'], { stdin: bytes, stdout: received });
    received.end();
    await read;
    expect(hash.digest('hex')).toBe(sha256(bytes));
  });

  it('takes stdin from a stream, and survives a command that does not read it', async () => {
    const counted = await target.run(['wc', '-c'], { stdin: Readable.from([Buffer.alloc(1_000_000)]) });
    expect(counted.stdout).toBe('1000000\n');
    await target.run(['true'], { stdin: Buffer.alloc(10_000_000) });
  });

  it('keeps stdout and stderr apart', async () => {
    const { stdout, stderr } = await target.run(['sh', '-c', 'echo out; echo err >&2']);
    expect([stdout, stderr]).toEqual(['out\n', 'err\n']);
  });

  it('has nothing on stdin by default', async () => {
    expect(await output('wc', '-c')).toBe('0\n');
  });

  it("gives exactly the guest's environment, home and umask", async () => {
    const { stdout } = await target.run(['sh', '-c', 'env | sort; umask; pwd'], { env: { EXTRA: 'a\nb c' } });
    expect(stdout).toBe(
      [
        'EXTRA=a',
        'HOME=/home/debian',
        'LOGNAME=debian',
        'PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games',
        'PWD=/home/debian',
        'SHELL=/bin/bash',
        'USER=debian',
        'b c',
        '0022',
        '/home/debian',
        '',
      ].join('\n'),
    );
  });

  it('opens nothing for a command but its three streams', async () => {
    // The fourth is the folder that is listed.
    expect(await output('ls', '/proc/self/fd')).toBe('0\n1\n2\n3\n');
  });

  it('runs as the user that is asked for, in all of its groups', async () => {
    await target.run(['usermod', '-a', '-G', 'audio', 'debian'], asRoot);
    const again = await (await place.driver()).attach();
    expect((await again?.run(['id', '-Gn']))?.stdout).toBe('debian audio\n');
    expect((await target.run(['id', '-u'], asRoot)).stdout).toBe('0\n');
  });

  it.each(['nobody-there', 'a b', '-u', '0', ''])('refuses the user %j', async (user) => {
    await expect(target.run(['true'], { user })).rejects.toMatchObject({ code: 'guest-user-missing' });
  });

  it('does not wait for what a command leaves behind, if told so', async () => {
    const begun = performance.now();
    const { stdout } = await target.run(['sh', '-c', 'sleep 60 & echo done'], { leavesDaemons: true });
    expect(stdout).toBe('done\n');
    expect(performance.now() - begun).toBeLessThan(30_000);
  });

  it('reaps what nobody waits for', async () => {
    await target.run(['sh', '-c', 'for i in 1 2 3 4 5; do (sleep 0.05 &) ; done']);
    const zombies = 'cat /proc/[0-9]*/stat 2>/dev/null | grep -c " Z " || true';
    const gone = 'ps -e -o args= | grep -c "^sleep 0.0[5]" || true';
    await until(
      async () => output('sh', '-c', gone),
      (count) => count.trim() === '0',
    );
    // What has ended may wait a moment for whoever reaps it.
    await until(
      async () => output('sh', '-c', zombies),
      (count) => count.trim() === '0',
    );
  });

  it('ends an aborted command with everything it started, and nothing else', async () => {
    const abort = new AbortController();
    const started = new PassThrough();
    const stubborn =
      'trap "" TERM INT HUP; setsid sleep 987601 & (sleep 987602 & sleep 987603 &) & echo up; while :; do sleep 987604; done';
    const other = target.run(['sh', '-c', 'sleep 3; echo other']);
    const running = target.run(['bash', '-c', stubborn], { stdout: started, signal: abort.signal });
    await once(started, 'data');
    abort.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    const left = async (): Promise<string> => output('sh', '-c', 'ps -e -o args= | grep "[9]8760" || true');
    expect(await left()).toBe('');
    expect((await other).stdout).toBe('other\n');
  });

  it('reaches the archive', async () => {
    // Without this, apt exits with 0 although every archive was out of reach.
    const settings = ['APT::Update::Error-Mode=any'];
    // Indexes take an emulated processor long to unpack.
    for (const index of ['Packages', 'Translations'])
      settings.push(`Acquire::IndexTargets::deb::${index}::DefaultEnabled=false`);
    const options = settings.flatMap((setting) => ['-o', setting]);
    const { stdout } = await target.run(['apt-get', ...options, 'update'], asRoot);
    expect(stdout).toMatch(/^Get:1 http.* InRelease/);
  });

  it("does not reach the host's loopback", async (context) => {
    if (!hidesLoopback) return context.skip();
    const server = createServer((socket) => socket.end('secret')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const connect = (host: string): string => `exec 3<>/dev/tcp/${host}/${String(port)} && cat <&3`;
    for (const host of [driver.features.hostAddress, '127.0.0.1', 'localhost']) {
      const { stdout, exitCode } = await target.run(['timeout', '5', 'bash', '-c', connect(host)], {
        check: false,
      });
      expect([host, stdout, exitCode === 0]).toEqual([host, '', false]);
    }
    const bound = await target.run(boundToDevice(driver.features.hostAddress, port), { check: false });
    expect(bound.exitCode).not.toBe(0);
    server.close();
  });

  it('bounds memory', async () => {
    const grow = (size: string): string[] => [
      'perl',
      '-e',
      'my $x = "x" x ($ARGV[0] << 20); print length $x',
      size,
    ];
    expect((await target.run(grow('100'))).stdout).toBe(String(100 * 1024 * 1024));
    const greedy = await target.run(grow('900'), { check: false });
    expect(greedy.exitCode).not.toBe(0);
    expect(await output('echo', 'alive')).toBe('alive\n');
  });
});
