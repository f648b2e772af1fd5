import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a test key is made; times as `gpg --faked-system-time` takes them, such as `20200101T000000`. */
export interface KeyOptions {
  /** What `gpg --quick-generate-key` calls an algorithm, such as `rsa2048`, `ed25519`, `default`. */
  readonly algorithm?: string;
  readonly usage?: string;
  /** `never`, `2y`, or a date. */
  readonly expires?: string;
  readonly at?: string;
}

/** A GnuPG home of a test's own with real keys; disposing ends its agent and removes it. */
export class GnupgHome implements Disposable {
  /** Short, since the path of the agent's socket has to fit into 108 bytes. */
  readonly path = mkdtempSync('/tmp/g');

  /** The environment in which `gpg` works in this home. */
  get env(): Record<string, string> {
    return { ...(process.env as Record<string, string>), GNUPGHOME: this.path, LC_ALL: 'C.UTF-8' };
  }

  /** Runs gpg here; throws with its words if it fails. */
  gpg(args: readonly string[], input?: Uint8Array | string): Buffer {
    const result = spawnSync(
      'gpg',
      ['--batch', '--no-tty', '--yes', '--pinentry-mode', 'loopback', ...args],
      {
        env: this.env,
        input: input ?? '',
        maxBuffer: 1 << 28,
      },
    );
    if (result.status !== 0) throw new Error(`gpg ${args.join(' ')}: ${result.stderr.toString()}`);
    return result.stdout;
  }

  /** Makes a key without a passphrase and returns its primary fingerprint. */
  generate(userId: string, options: KeyOptions = {}): string {
    const { algorithm = 'ed25519', usage = 'sign', expires = 'never', at } = options;
    const before = this.fingerprints();
    this.gpg([...faked(at), '--passphrase', '', '--quick-generate-key', userId, algorithm, usage, expires]);
    const made = this.fingerprints().find((fingerprint) => !before.includes(fingerprint));
    if (made === undefined) throw new Error('gpg made no key');
    return made;
  }

  /** Adds a signing subkey and returns its fingerprint. */
  addSubkey(primary: string, options: KeyOptions = {}): string {
    const { algorithm = 'ed25519', usage = 'sign', expires = 'never', at } = options;
    const before = this.allFingerprints();
    this.gpg([...faked(at), '--passphrase', '', '--quick-add-key', primary, algorithm, usage, expires]);
    const made = this.allFingerprints().find((fingerprint) => !before.includes(fingerprint));
    if (made === undefined) throw new Error('gpg made no subkey');
    return made;
  }

  /** Revokes a key with the reason that gpg numbers: 0 none, 1 compromised, 2 superseded, 3 no longer used. */
  revoke(fingerprint: string, reason: 0 | 1 | 2 | 3, at?: string): void {
    const certificate = spawnSync(
      'gpg',
      [
        '--no-tty',
        '--yes',
        '--pinentry-mode',
        'loopback',
        '--passphrase',
        '',
        ...faked(at),
        '--command-fd',
        '0',
        '--gen-revoke',
        fingerprint,
      ],
      { env: this.env, input: `y\n${String(reason)}\n\ny\n` },
    );
    this.gpg(['--import'], certificate.stdout);
  }

  /** A detached signature over `bytes`. */
  sign(bytes: Uint8Array | string, signer: string, ...options: string[]): Buffer {
    return this.gpg(['--passphrase', '', ...options, '-u', signer, '--detach-sign', '-o', '-'], bytes);
  }

  export(...fingerprints: string[]): Buffer {
    return this.gpg(['--export', ...fingerprints]);
  }

  exportSecret(fingerprint: string): Buffer {
    return this.gpg(['--passphrase', '', '--export-secret-keys', fingerprint]);
  }

  import(bytes: Uint8Array): void {
    this.gpg(['--import'], bytes);
  }

  /** Lines for this home's gpg.conf. */
  configure(...lines: string[]): void {
    writeFileSync(join(this.path, 'gpg.conf'), `${lines.join('\n')}\n`);
  }

  /** Makes the agent forget passphrases. */
  stopAgent(): void {
    spawnSync('gpgconf', ['--homedir', this.path, '--kill', 'gpg-agent'], { stdio: 'ignore' });
  }

  fingerprints(): string[] {
    return this.#records(['pub']);
  }

  allFingerprints(): string[] {
    return this.#records(['pub', 'sub']);
  }

  #records(kinds: readonly string[]): string[] {
    let open = false;
    const found: string[] = [];
    for (const line of this.gpg(['--with-colons', '--list-keys']).toString().split('\n')) {
      const fields = line.split(':');
      if (fields[0] === 'pub' || fields[0] === 'sub') open = kinds.includes(fields[0]);
      if (fields[0] === 'fpr' && open) {
        found.push(fields[9] ?? '');
        open = false;
      }
    }
    return found;
  }

  [Symbol.dispose](): void {
    spawnSync('gpgconf', ['--homedir', this.path, '--kill', 'all'], { stdio: 'ignore' });
    // They take their time to end, and their files with them.
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

function faked(at: string | undefined): string[] {
  return at === undefined ? [] : ['--faked-system-time', `${at}!`];
}
