import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GitianError } from '../../../src/core/errors/gitian-error.js';
import { mutated, type Material } from './mutations.js';
import { Watchdog } from './watchdog.js';

/** A parser, what it is given, and what must be so of what it makes of it. */
export interface FuzzTarget extends Material {
  /** Whether it writes files: it is given an empty folder then, and nothing may appear beside that. */
  readonly writes?: boolean;
  /** Gives a value or throws a GitianError. */
  readonly read: (bytes: Buffer, folder: string) => unknown;
  /** Other errors that say no, as the caller expects them. */
  readonly expects?: (error: unknown) => boolean;
  /** How much of the time it gets; 1 by default. */
  readonly weight?: number;
}

/** How long each parser is tried, in seconds. `GITIAN_FUZZ_SECONDS` is for a longer run, by hand. */
const seconds = Number(process.env['GITIAN_FUZZ_SECONDS'] ?? '1.5');

/** Processor time that one case may take, in seconds; a busy machine doesn't count. */
const mostSeconds = 5;

/** Memory that this process may have had at its peak, in MiB. */
const mostMemory = 1536;

/** Tries a parser with inputs that are nearly right, for a while. */
export function fuzz(name: string, target: FuzzTarget | (() => FuzzTarget | Promise<FuzzTarget>)): void {
  it(
    `${name}: a value or a sentence, in time, in bounds`,
    { timeout: seconds * 10_000 + 300_000 },
    async () => {
      const found = typeof target === 'function' ? await target() : target;
      const room = mkdtempSync(join(tmpdir(), 'fuzz-'));
      await using watchdog = new Watchdog(name);
      try {
        await tried(name, found, { room, watchdog });
      } finally {
        rmSync(room, { recursive: true, force: true });
      }
    },
  );
}

interface Surroundings {
  readonly room: string;
  readonly watchdog: Watchdog;
}

async function tried(name: string, target: FuzzTarget, { room, watchdog }: Surroundings): Promise<void> {
  const folder = join(room, 'inside');
  let cases = 0;
  const one = async (bytes: Uint8Array): Promise<void> => {
    cases += 1;
    if (target.writes === true) mkdirSync(folder);
    watchdog.begin(bytes);
    try {
      await judged(target, Buffer.from(bytes), folder);
    } finally {
      watchdog.end();
      if (target.writes === true) rmSync(folder, { recursive: true, force: true });
    }
    if (target.writes === true) expect(readdirSync(room), 'nothing is written outside').toEqual([]);
    expect(Object.keys(Object.prototype), 'nothing is written into prototypes').toEqual([]);
  };
  // Real files first: the changed ones are worth little where these aren't understood.
  for (const seed of target.seeds) await one(seed);
  await fc.assert(fc.asyncProperty(mutated(target), one), {
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: seconds * 1000 * (target.weight ?? 1),
    includeErrorInReport: true,
  });
  expect(cases).toBeGreaterThan(target.seeds.length);
  const log = process.env['GITIAN_FUZZ_LOG'];
  if (log !== undefined) appendFileSync(log, `${String(cases)}\t${name}\n`);
}

async function judged(target: FuzzTarget, bytes: Buffer, folder: string): Promise<void> {
  const before = process.cpuUsage();
  try {
    await target.read(bytes, folder);
  } catch (error) {
    if (!(error instanceof GitianError) && target.expects?.(error) !== true) throw error;
  }
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6, 'it ends in time').toBeLessThan(mostSeconds);
  expect(process.resourceUsage().maxRSS / 1024, 'MiB at the peak').toBeLessThan(mostMemory);
}
