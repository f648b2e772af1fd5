import { createHash, type Hash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import type { Answer } from '../../http/client.js';
import { askForRest, goesOnAfter, validatorOf, wholeSize } from '../../http/continuation.js';
import { TransferProblem } from '../../http/problem.js';
import { receive } from '../../http/receive.js';
import type { PromisedDigest } from './url-facts.js';

/** A content on its way to the disk, over as many connections as it takes. */
export class Reception implements AsyncDisposable {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #promised: PromisedDigest | undefined;
  #hashes: { readonly own: Hash; readonly promised: Hash | undefined };
  #bytes = 0;
  /** What the first answer said. */
  #whole: number | undefined;
  #validator: string | undefined;

  private constructor(path: string, file: FileHandle, promised: PromisedDigest | undefined) {
    this.path = path;
    this.#file = file;
    this.#promised = promised;
    this.#hashes = freshHashes(promised);
  }

  /** Makes the file, which goes when this is disposed, unless it was moved. */
  static async begin(path: string, promised: PromisedDigest | undefined): Promise<Reception> {
    return new Reception(path, await open(path, 'ax', 0o600), promised);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What to ask for to go on where the last connection broke; nothing where that can't be. */
  get continuation(): Record<string, string> {
    const [bytes, validator] = [this.#bytes, this.#validator];
    return bytes === 0 || validator === undefined ? {} : askForRest({ bytes, validator });
  }

  /** Takes the body of a 200 or 206 to its end; throws {@link TransferProblem} when it ends early or is too large. */
  async take(answer: Answer, { timeout, limit }: { timeout: number; limit: number }): Promise<void> {
    if (answer.status !== 206) await this.#beginAgain(answer);
    else if (!goesOnAfter(this.#bytes, answer) || wholeSize(answer) !== (this.#whole ?? wholeSize(answer))) {
      throw this.startOver('the archive sends another part than it was asked for');
    }
    this.#validator = validatorOf(answer);
    await receive(answer, {
      file: this.#file,
      from: this.#bytes,
      limit: { bytes: limit, words: 'any package' },
      timeout,
      took: (chunk, bytes) => {
        this.#hashes.own.update(chunk);
        this.#hashes.promised?.update(chunk);
        this.#bytes = bytes;
      },
    });
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

  async #beginAgain(answer: Answer): Promise<void> {
    await this.#file.truncate(0);
    this.#bytes = 0;
    this.#whole = wholeSize(answer);
    this.#hashes = freshHashes(this.#promised);
  }
}

function freshHashes(promised: PromisedDigest | undefined): { own: Hash; promised: Hash | undefined } {
  return {
    own: createHash('sha256'),
    promised: promised === undefined ? undefined : createHash(promised.algorithm),
  };
}
