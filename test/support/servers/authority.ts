import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether certificates can be made here. */
export const hasOpenSsl = spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0;

const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** An authority of our own, and what it says of servers. */
export class Authority implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gitian-authority-'));

  constructor() {
    const subject = ['-subj', '/CN=Test authority', '-addext', 'keyUsage=critical,keyCertSign'];
    this.#openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', ...subject);
  }

  /** The file with its own certificate. */
  get path(): string {
    return join(this.#folder, 'ca.pem');
  }

  /** A server's key and certificate for a name or address, such as `IP:127.0.0.1`. */
  certificate(name: string, ...times: string[]): { readonly key: Buffer; readonly cert: Buffer } {
    this.#openssl('req', ...key, '-keyout', 'key', '-out', 'request', '-subj', '/CN=x');
    writeFileSync(join(this.#folder, 'names'), `subjectAltName=${name}\n`);
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
    this.#openssl('x509', '-req', '-in', 'request', '-out', 'cert', ...signed, ...times);
    const read = (file: string): Buffer => readFileSync(join(this.#folder, file));
    return { key: read('key'), cert: read('cert') };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: 'pipe' });
  }
}
