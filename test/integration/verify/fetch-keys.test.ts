import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchKeys } from '../../../src/commands/options/fetch-keys.js';
import type { SpeakingContext } from '../../../src/commands/command.js';
import { executable } from '../../support/commands.js';
import { GnupgHome } from '../../support/workspaces/gnupg-home.js';
import { SignatureRepository } from '../../support/workspaces/signature-repository.js';

/** A key server on loopback that has the keys of `strangers`, and remembers what it was asked for. */
let server: Server;
let asked: string[];
let strangers: GnupgHome;
let home: GnupgHome;
let repository: SignatureRepository;

beforeEach(async () => {
  strangers = new GnupgHome();
  home = new GnupgHome();
  asked = [];
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const key = searchParams.get('search') ?? '';
    asked.push(`${pathname} ${key}`);
    const known = strangers.allFingerprints().includes(key.replace(/^0x/, ''));
    if (known) response.end(strangers.gpg(['--armor', '--export', key]));
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  writeFileSync(join(home.path, 'dirmngr.conf'), `keyserver hkp://127.0.0.1:${String(port)}\nno-use-tor\n`);
  repository = new SignatureRepository(strangers);
});
afterEach(async () => {
  repository[Symbol.dispose]();
  home[Symbol.dispose]();
  strangers[Symbol.dispose]();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** The key server is in this process, so gverify has to run beside it. */
async function gverify(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const child = spawn(executable('gverify'), args, { cwd: repository.path, env: home.env });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (bytes: Buffer) => (said.stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (said.stderr += bytes.toString()));
  const [exitCode] = (await once(child, 'close')) as [number];
  return { exitCode, ...said };
}

describe('gverify --fetch-keys', () => {
  it('is the only thing that asks a key server', async () => {
    const key = strangers.generate('alice@example.org');
    repository.sign('alice', { a: '1' }, { key });
    home.configure('auto-key-retrieve', 'keyserver-options auto-key-retrieve', 'auto-key-locate keyserver');
    const before = await gverify('-r', '1.0', 'hello.yml');
    expect(before.stdout).toBe(`alice: BAD SIGNATURE (key unknown: ${key})\n`);
    expect(before.stderr).toContain(`not at hand: ${key}\n`);
    expect(asked).toEqual([]);

    const after = await gverify('--fetch-keys', '-r', '1.0', 'hello.yml');
    expect(after).toMatchObject({ exitCode: 0, stdout: 'alice: OK\n' });
    expect(asked).toEqual([`/pks/lookup 0x${key}`]);
    expect(home.fingerprints()).toEqual([key]);
  });

  it('asks once for all releases, and goes on without keys that nobody has', async () => {
    const key = strangers.generate('alice@example.org');
    using nobody = new GnupgHome();
    const lost = nobody.generate('lost@example.org');
    repository.sign('alice', { a: '1' }, { key });
    repository.sign('alice', { a: '1' }, { key, release: '1.1' });
    repository.sign('bob', { a: '1' }, { key });
    writeFileSync(`${repository.assertion('bob')}.sig`, nobody.sign('x', lost));
    const { exitCode, stdout, stderr } = await gverify('--all', '--fetch-keys');
    expect(stdout.split('\n').slice(1)).toEqual([
      'hello/1.0  hello          2     1  1       1 BAD SIGNATURE',
      'hello/1.1  hello          1     1  1       -',
      '',
    ]);
    expect(stderr).toContain(`not at hand: ${lost}\n`);
    expect(exitCode).toBe(1);
    expect(asked.sort()).toEqual([`/pks/lookup 0x${key}`, `/pks/lookup 0x${lost}`].sort());
  });

  it('names no more keys in one call than the system takes', async () => {
    const calls = join(repository.path, 'calls');
    const program = join(repository.path, 'gpg');
    writeFileSync(
      program,
      `#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\necho "$(($# - 1))" >>${calls}\n`,
      {
        mode: 0o755,
      },
    );
    const keys = Array.from({ length: 60_000 }, (_, index) => String(index).padStart(40, '0'));
    const context = { signal: new AbortController().signal, emit: () => undefined };
    await fetchKeys(keys, { verifyProgram: program }, context as unknown as SpeakingContext);
    const named = readFileSync(calls, 'utf8').trimEnd().split('\n').map(Number);
    expect(named.reduce((sum, each) => sum + each)).toBe(keys.length);
  });
});
