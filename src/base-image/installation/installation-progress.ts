/** The parts of making an image that `make-root.sh` announces, in their order. */
export type Part = 'asking the archive' | 'installing' | 'packing';

/** How much of a line is kept that hasn't ended yet. */
const longest = 4096;

/** Follows the making of an image by the lines that `make-root.sh`, mmdebstrap, apt and dpkg print. */
export class InstallationFollower {
  /** Is told what happens just now. */
  show: (doing: string) => void = () => undefined;
  readonly #reached = new Set<string>();
  readonly #waiting = new Map<string, () => void>();
  #rest = '';
  #expected = 0;
  #unpacked = 0;
  #configured = 0;

  /** Resolves when a part begins. */
  async begun(part: Part): Promise<void> {
    if (this.#reached.has(part)) return;
    await new Promise<void>((resolve) => this.#waiting.set(part, resolve));
  }

  /** Takes output as it comes, in pieces of any size. */
  take(bytes: Uint8Array): void {
    const lines = (this.#rest + Buffer.from(bytes).toString('latin1')).split('\n');
    // Nothing that is followed here has lines this long.
    this.#rest = (lines.pop() ?? '').slice(0, longest);
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    const own = /^G: (.+)$/.exec(line)?.[1];
    const count = / (\d+) newly installed,/.exec(line)?.[1];
    if (own !== undefined) {
      this.#reached.add(own);
      this.#waiting.get(own)?.();
      this.show(own);
    } else if (count !== undefined) {
      this.#expected = this.#unpacked + Number(count);
    } else if (line.startsWith('Get:')) {
      this.show(`downloading ${downloaded(line)}`);
    } else if (line.startsWith('Unpacking ')) {
      this.#unpacked += 1;
      this.show(`unpacking ${this.#of(this.#unpacked)}`);
    } else if (line.startsWith('Setting up ')) {
      this.#configured += 1;
      this.show(`setting up ${this.#of(this.#configured)}`);
    }
  }

  #of(count: number): string {
    return `package ${String(count)}${this.#expected >= count ? ` of ${String(this.#expected)}` : ''}`;
  }
}

/** The package in apt's line for a download, else that it is an index: `Get:7 <url> <suite>/<component> <arch> <package> …`. */
function downloaded(line: string): string {
  const [, , , architecture, name] = line.split(' ');
  return name === undefined || name === 'Packages' || architecture === 'InRelease' ? 'indexes' : name;
}
