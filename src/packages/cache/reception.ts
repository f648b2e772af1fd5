import { createHash, type Hash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import type { Answer } from '../../http/client.js';
import { TransferProblem } from '../../http/problem.js';
import { steady } from '../../http/steady.js';
import type { PromisedDigest } from './url-facts.js';

/** A content on its way to the disk, over as many connections as it takes. */
export class Reception implements AsyncDisposable {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #promised: PromisedDigest | undefined;
  #hashes: { readonly own: Hash; readonly promised: Hash | undefined };
  #bytes = 0;
  #validator: string | undefined;

  private constructor(path: string, file: FileHandle, promised: PromisedDigest | undefined) {
    this.path = path;
    this.#file = file;
    this.#promised = promised;
    this.#hashes = freshHashes(promised);
  }

  /** Makes the file, which goes when this is disposed, unless it was moved. */
  static async begin(path: string, promised: PromisedDigest | undefined): Promise<Reception> {
    return new Reception(path, await open(path, 'wx', 0o600), promised);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What to ask for to go on where the last connection broke; nothing where that can't be. */
  get continuation(): Record<string, string> {
    if (this.#bytes === 0 || this.#validator === undefined) return {};
    return { range: `bytes=${String(this.#bytes)}-`, 'if-range': this.#validator };
  }

  /** Takes the body of a 200 or 206 to its end; throws {@link TransferProblem} when it ends early or is too large. */
  async take(answer: Answer, { timeout, limit }: { timeout: number; limit: number }): Promise<void> {
    if (answer.status !== 206) await this.#beginAgain();
    else this.#demandRightPart(answer);
    this.#validator = validatorOf(answer.headers);
    const length = answer.headers.get('content-length');
    const total = length === undefined ? undefined : this.#bytes + Number(length);
    if (total !== undefined && total > limit) throw tooLarge();
    for await (const chunk of steady(answer.body, timeout)) {
      if (this.#bytes + chunk.length > limit) throw tooLarge();
      await writeAll(this.#file, chunk, this.#bytes);
      this.#hashes.own.update(chunk);
      this.#hashes.promised?.update(chunk);
      this.#bytes += chunk.length;
    }
    if (total !== undefined && this.#bytes !== total) {
      throw new TransferProblem('the connection was cut', { passing: true });
    }
  }

  /** The digest of all that has come, if it keeps what the name promises. */
  finish(): string {
    const { own, promised } = this.#hashes;
    const digest = own.digest('hex');
    if ((promised?.digest('hex') ?? digest) === (this.#promised?.hex ?? digest)) return digest;
    throw this.startOver("the archive sends something else than the file's name promises");
  }

  /** Takes nothing of what has come so far for the beginning of what comes next. */
  startOver(reason: string): TransferProblem {
    this.#validator = undefined;
    return new TransferProblem(reason, { passing: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await rm(this.path, { force: true });
  }

  async #beginAgain(): Promise<void> {
    await this.#file.truncate(0);
    this.#bytes = 0;
    this.#hashes = freshHashes(this.#promised);
  }

  #demandRightPart(answer: Answer): void {
    const start = /^bytes (\d+)-/.exec(answer.headers.get('content-range') ?? '')?.[1];
    if (Number(start) === this.#bytes) return;
    throw this.startOver('the archive sends another part than it was asked for');
  }
}

function freshHashes(promised: PromisedDigest | undefined): { own: Hash; promised: Hash | undefined } {
  return {
    own: createHash('sha256'),
    promised: promised === undefined ? undefined : createHash(promised.algorithm),
  };
}

function tooLarge(): TransferProblem {
  return new TransferProblem('it is larger than any package', { passing: false });
}

/** What a broken transfer can be gone on from by (RFC 9110, section 13.1.5): a strong entity tag, else a date. */
function validatorOf(headers: ReadonlyMap<string, string>): string | undefined {
  const tag = headers.get('etag');
  return tag !== undefined && !tag.startsWith('W/') ? tag : headers.get('last-modified');
}

async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}
