import { describe, expect, it } from 'vitest';
import { cacheWorld, deb, got, package1 } from '../../../support/servers/package-cache-world.js';
import { sha256, tagOf } from '../../../support/digest.js';

const world = cacheWorld();
const all = package1.length;

/** What an archive answers with that is asked to go on from `start`: bytes up to before `end`, and its words for them. */
type Part = (start: number) => { readonly end: number; readonly range: string };

/** So many bytes, with these words for where the file ends. */
const bytes =
  (count: number, total: (start: number) => number | string = () => all): Part =>
  (start) => ({
    end: start + count,
    range: `bytes ${String(start)}-${String(start + count - 1)}/${String(total(start))}`,
  });

/** The file as it is kept, from an archive that breaks off or not, sends these parts, and is good afterwards. */
async function kept(breaksOff: boolean, parts: readonly Part[]): Promise<string> {
  world.archive.misbehave(deb, ({ headers }, response, { good, count }) => {
    const etag = tagOf(package1);
    if (breaksOff && count === 0) {
      response.writeHead(200, { etag, 'content-length': all });
      response.write(package1.subarray(0, 1 << 20), () => setTimeout(() => response.destroy(), 200));
      return;
    }
    const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    const part = parts[breaksOff ? count - 1 : count]?.(start);
    if (part === undefined) {
      good();
      return;
    }
    const content = package1.subarray(start, part.end);
    response.writeHead(206, { etag, 'content-range': part.range, 'content-length': content.length });
    response.end(content);
  });
  return got((await world.openCache()).obtain(world.archive.url(deb)));
}

describe('an archive that sends parts', () => {
  it.each([
    ['fewer bytes than are left', true, [bytes(1000)]],
    ['them one after the other', true, [bytes(1000), bytes(100_000), bytes(1)]],
    ['the end of a shorter file', true, [bytes(1000, (start) => start + 1000)]],
    ['the end of a file without saying where that is', true, [bytes(1000, () => '*')]],
    ['an end after the end', true, [bytes(1000, (start) => start + 10)]],
    ['a part nobody asked for', false, [bytes(1000)]],
    ['a part nobody asked for, of who knows what', false, [bytes(1000, () => '*')]],
  ])('is not believed to have sent all: %s', async (_, breaksOff, parts) => {
    expect(await kept(breaksOff, parts)).toBe(sha256(package1));
    expect(world.files('content')).toHaveLength(1);
  });
});
