import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { executable, type Outcome } from '../../support/commands.js';
import { readIfThere } from '../../support/processes.js';
import { until } from '../../support/until.js';
import { GnupgHome } from '../../support/workspaces/gnupg-home.js';
import { SigningWorkspace } from '../../support/workspaces/signing-workspace.js';

let home: GnupgHome;
let workspace: SigningWorkspace;
let descriptor: string;

beforeAll(() => {
  home = new GnupgHome();
});
afterAll(() => {
  home[Symbol.dispose]();
});
beforeEach(() => {
  workspace = new SigningWorkspace();
  descriptor = workspace.result('hello', { a: 'a' });
});
afterEach(() => {
  workspace[Symbol.dispose]();
});

const at = (name: string): string => join(workspace.path, name);

/** Writes a file into the workspace and returns its name. */
function file(name: string, bytes: Uint8Array | string): string {
  writeFileSync(at(name), bytes);
  return name;
}

/** Runs gsign with no GnuPG to be found, so that nothing but the key file can have signed. */
function gsign(args: readonly string[], input?: string): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [executable('gsign'), ...args], {
    cwd: workspace.path,
    encoding: 'utf8',
    env: { PATH: '/nowhere' },
    input: input ?? '',
  });
  return { exitCode: status, stdout, stderr };
}

/** Whether a process waits for what comes through one of its file descriptors, as the kernel has it. */
function waitsFor(fd: number, pid: number): boolean {
  const folder = `/proc/${String(pid)}/fdinfo`;
  const watched = new RegExp(`^tfd: +${String(fd)} `, 'm');
  return readdirSync(folder).some((name) => watched.test(readIfThere(join(folder, name))));
}

/** A key of its own with a passphrase. */
function lockedKey(name: string): Buffer {
  home.gpg(['--passphrase', 'geheim ü', '--quick-generate-key', name, 'ed25519', 'sign', 'never']);
  return home.gpg(['--passphrase', 'geheim ü', '--armor', '--export-secret-keys', name]);
}

describe('gsign --key', () => {
  it.each(['ed25519', 'rsa2048', 'nistp256', 'secp256k1'])(
    'signs with a key of %s so that GnuPG finds it good',
    (algorithm) => {
      const key = home.generate(`file ${algorithm}`, { algorithm });
      file('key', home.exportSecret(key));
      const { exitCode, stderr } = gsign(['-s', 'me', '--key', 'key', descriptor]);
      expect(stderr).toBe(
        `hello, release test: 1 output\nsigned as me with ${key} file ${algorithm}; the signature is good\n`,
      );
      expect(exitCode).toBe(0);
      const path = at('sigs/hello/test/me/hello-build.assert');
      const status = home.gpg(['--status-fd', '1', '--verify', `${path}.sig`, path]).toString();
      expect(status).toContain(`VALIDSIG ${key} `);
    },
  );

  it('signs with a subkey where the primary key is kept elsewhere', () => {
    const key = home.generate('offline', { usage: 'cert' });
    const subkey = home.addSubkey(key);
    file('key', home.gpg(['--passphrase', '', '--export-secret-subkeys', key]));
    expect(gsign(['-s', 'me', '--key', 'key', descriptor])).toMatchObject({ exitCode: 0 });
    const path = at('sigs/hello/test/me/hello-build.assert');
    expect(home.gpg(['--status-fd', '1', '--verify', `${path}.sig`, path]).toString()).toContain(
      `VALIDSIG ${subkey} `,
    );
  });

  it('reads the passphrase of a locked key from a file descriptor', () => {
    file('key.asc', lockedKey('locked'));
    const options = ['-s', 'me', '--key', 'key.asc', '--passphrase-fd', '0'];
    expect(gsign([...options, descriptor], 'falsch\n')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        /the key file "key\.asc" can't be unlocked: .*Incorrect key passphrase.*\nhint: give the passphrase /,
      ) as string,
    });
    expect(existsSync(at('sigs'))).toBe(false);
    expect(gsign([...options, descriptor], 'geheim ü\nmore')).toMatchObject({ exitCode: 0 });
  });

  it.each([0, 3])('waits for a passphrase that comes late through file descriptor %d', (fd) => {
    file('key.asc', lockedKey(`late ${String(fd)}`));
    const words = `'${executable('gsign')}' -s me --key key.asc --passphrase-fd ${String(fd)} ${descriptor}`;
    const redirected = fd === 0 ? words : `${words} 3<&0 </dev/null`;
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', `(sleep 1; echo 'geheim ü'; sleep 1) | ${redirected}`],
      { cwd: workspace.path, encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([0, expect.stringContaining('the signature is good') as string]);
  });

  it.each([0, 3])('is interrupted while nothing comes through file descriptor %d', async (fd) => {
    file('key.asc', lockedKey(`silent ${String(fd)}`));
    const args = ['-s', 'me', '--key', 'key.asc', '--passphrase-fd', String(fd), descriptor];
    const stdio = ['pipe', 'pipe', 'pipe', 'pipe'] as const;
    const child = spawn(executable('gsign'), args, { cwd: workspace.path, stdio: [...stdio] });
    const ended = once(child, 'exit');
    // It says nothing while it waits; before it hears of signals they end it at once.
    await until(() => waitsFor(fd, child.pid ?? 0), Boolean, 40_000);
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(existsSync(at('sigs'))).toBe(false);
  });

  it('asks for it on the terminal, and shows nothing of what is typed', () => {
    file('key.asc', lockedKey('typed'));
    const words = [executable('gsign'), '-s', 'me', '--key', 'key.asc', descriptor]
      .map((word) => `'${word}'`)
      .join(' ');
    // script(1) is the terminal; what is typed comes when the question is there, with a slip of the finger in it.
    const typing =
      '(while ! grep -q "passphrase of" typescript 2>/dev/null; do sleep 0.1; done; printf "geheim üx\\177\\r"; sleep 5)';
    const { stdout } = spawnSync('sh', ['-c', `${typing} | script -qefc "${words}" typescript`], {
      cwd: workspace.path,
      encoding: 'utf8',
    });
    expect(stdout).toContain('passphrase of key.asc: ');
    expect(stdout).toContain('the signature is good');
    expect(readFileSync(at('typescript'), 'utf8').split('passphrase of')[1]).not.toContain('geheim');
  });

  it.each(['TERM', 'INT'])('leaves the terminal as it was when SIG%s ends the question', (signal) => {
    file('key.asc', lockedKey(`ended by ${signal}`));
    const words = [executable('gsign'), '-s', 'me', '--key', 'key.asc', descriptor].map(
      (word) => `'${word}'`,
    );
    // Inside the terminal: gsign in the background of a shell that has no job control, so that it may read from it. The
    // typescript begins with these words.
    const inside = `stty -a >before; ${words.join(' ')} & pid=$!; while ! grep -q "passphrase o[f]" typescript; do sleep 0.1; done; kill -${signal} $pid; wait $pid; echo "exit $?"; stty -a >after`;
    const { stdout } = spawnSync('script', ['-qefc', inside, 'typescript'], {
      cwd: workspace.path,
      encoding: 'utf8',
      input: '',
    });
    expect(stdout).toContain(`interrupted by SIG${signal}`);
    expect(stdout).toContain(`exit ${signal === 'INT' ? '130' : '143'}`);
    expect(readFileSync(at('after'), 'utf8')).toBe(readFileSync(at('before'), 'utf8'));
  });

  it('says that there is nobody to ask', () => {
    file('key.asc', lockedKey('alone'));
    const { status, stderr } = spawnSync(
      'setsid',
      ['-w', executable('gsign'), '-s', 'me', '--key', 'key.asc', descriptor],
      {
        cwd: workspace.path,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    expect(stderr).toContain(
      'the key "key.asc" is locked, and there is no terminal to ask for its passphrase',
    );
    expect(status).toBe(2);
  });

  it.each<[string, () => Uint8Array | string, string]>([
    ['rubbish', () => 'rubbish', 'holds no secret key'],
    ['a public key', () => home.export(home.generate('public only')), 'holds no secret key'],
    [
      'two keys',
      () => Buffer.concat(['first', 'second'].map((name) => home.exportSecret(home.generate(name)))),
      'holds 2 secret keys: which one is meant?',
    ],
  ])('refuses %s', (_, bytes, words) => {
    file('key', bytes());
    const { exitCode, stderr } = gsign(['-s', 'me', '--key', 'key', descriptor]);
    expect(stderr).toContain(`the key file "key" ${words}`);
    expect(stderr).toContain('\nhint: make it anew of one key: gpg --export-secret-keys FINGERPRINT\n');
    expect(exitCode).toBe(2);
  });

  it('does not sign with a key that has expired or was revoked', () => {
    const expired = home.generate('long gone', { at: '20200101T000000', expires: '1y' });
    const revoked = home.generate('taken back');
    const secret = home.exportSecret(revoked);
    home.revoke(revoked, 1);
    file('expired', home.exportSecret(expired));
    file('revoked', home.exportSecret(revoked));
    expect(secret.length).toBeGreaterThan(0);
    for (const key of ['expired', 'revoked']) {
      const { exitCode, stderr } = gsign(['-s', 'me', '--key', key, descriptor]);
      expect(stderr).toMatch(new RegExp(`nothing was signed: "${key}" can't sign: .*(?:expired|revoked)`));
      expect(exitCode).toBe(1);
    }
    expect(existsSync(at('sigs'))).toBe(false);
  });

  it.each([
    [['--key', 'k', '-p', 'gpg'], "--key doesn't go with --signing_program"],
    [['--key', 'k', '--no-sign'], "--key doesn't go with --no-sign"],
    [['--passphrase-fd', '0'], "--passphrase-fd doesn't go with a program"],
    [['--key', 'k', '--passphrase-fd', 'x'], '--passphrase-fd must be the number of an open file descriptor'],
    [['--key', 'no-such-file'], 'the key file "no-such-file" can\'t be read: it does not exist'],
  ])('refuses %j', (args, words) => {
    const { exitCode, stderr } = gsign(['-s', 'me', ...args, descriptor]);
    expect(stderr).toContain(words);
    expect(exitCode).toBe(2);
  });
});
