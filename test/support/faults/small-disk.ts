import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, rmdirSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How many files the disk has room for. */
const inodes = 16_384;

/** A disk of a test's own, that can be filled to its last byte or file, or fail. Needs root. */
export class SmallDisk implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gitian-disk-'));
  readonly #megabytes: number;
  #images = 0;
  #failed = false;

  /** The disk is an image in memory. Mounts are shared, so that a mount namespace that is made later sees the next ones too. */
  constructor(megabytes: number) {
    this.#megabytes = megabytes;
    run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', this.#folder]);
    run('mount', ['--make-shared', this.#folder]);
    mkdirSync(this.path);
    this.#mount(this.#newImage(), this.path);
  }

  get path(): string {
    return join(this.#folder, 'disk');
  }

  /** How often it was replaced: what holds its files open from before that can't write to them. */
  get replacements(): number {
    return this.#images - 1;
  }

  /** Leaves no room for a single byte. */
  fill(): void {
    run('sh', ['-c', 'cat /dev/zero >"$0" 2>/dev/null || :', this.#ballast]);
  }

  /** Leaves room for bytes, but for no further file. */
  useUpInodes(): void {
    mkdirSync(this.#ballast);
    for (let n = statfsSync(this.path).ffree; n > 0; n--) writeFileSync(join(this.#ballast, String(n)), '');
  }

  /** Lets nothing be written any more, as a kernel does that has found its file system damaged: not even to open files. */
  fail(): void {
    run('sync', ['-f', this.path]);
    run('mount', ['-o', 'remount,abort', this.path]);
    this.#failed = true;
  }

  /** Makes room for bytes and files again; a disk that has failed is replaced by one with what was on it. */
  heal(): void {
    if (this.#failed) this.#replace();
    rmSync(this.#ballast, { recursive: true, force: true });
  }

  [Symbol.dispose](): void {
    for (const path of [this.path, this.#folder]) run('umount', ['-l', path]);
    rmSync(this.#folder, { recursive: true });
  }

  get #ballast(): string {
    return join(this.path, 'ballast');
  }

  #newImage(): string {
    const image = join(this.#folder, `image-${String(this.#images++)}`);
    run('truncate', ['-s', `${String(this.#megabytes)}M`, image]);
    run('mkfs.ext4', ['-q', '-m', '0', '-N', String(inodes), '-E', 'root_owner=0:0', image]);
    return image;
  }

  #mount(image: string, place: string): void {
    run('mount', ['-o', 'loop', image, place]);
    rmSync(join(place, 'lost+found'), { recursive: true });
  }

  #replace(): void {
    const next = join(this.#folder, 'next');
    const image = this.#newImage();
    mkdirSync(next);
    this.#mount(image, next);
    // What was being written when it failed can't be read.
    spawnSync('cp', ['-a', `${this.path}/.`, next]);
    run('umount', [next]);
    run('umount', ['-l', this.path]);
    run('mount', ['-o', 'loop', image, this.path]);
    rmdirSync(next);
    this.#failed = false;
  }
}

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
