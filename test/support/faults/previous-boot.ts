import { lstatSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Larger files are no state. */
const largest = 64 * 1024;

/** What a machine that is switched off has of a folder's state when it is on again. */
export class PreviousBoot {
  readonly #files: ReadonlyMap<string, Buffer>;

  private constructor(files: ReadonlyMap<string, Buffer>) {
    this.#files = files;
  }

  /** Remembers the files of a folder in this instant, at these places and below them. */
  static of(folder: string, tops: readonly string[] = ['.']): PreviousBoot {
    const paths = tops.flatMap((top) => smallFiles(join(folder, top)));
    return new PreviousBoot(new Map(paths.map((path) => [path, readFileSync(path)])));
  }

  /** Puts them back: whatever runs now under a number that is in one of them, it isn't what ran before. */
  restore(): void {
    for (const [path, content] of this.#files) {
      const text = content.toString();
      const { bootId } = /"bootId": ?"(?<bootId>[^"]+)"/.exec(text)?.groups ?? {};
      const before = text
        .replaceAll(bootId ?? '', '00000000-0000-4000-8000-000000000000')
        .replace(/"pid": ?\d+/, `"pid":${String(process.pid)}`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bootId === undefined ? content : before);
    }
  }
}

function smallFiles(path: string): string[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) return readdirSync(path).flatMap((name) => smallFiles(join(path, name)));
  return stat?.isFile() === true && stat.size <= largest ? [path] : [];
}
