import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one run of a program cost. */
export function once(program, args, options = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'gitian-bench-'));
  const peak = join(folder, 'peak');
  const begun = process.hrtime.bigint();
  const { status, stderr, error } = spawnSync(program, args, {
    ...options,
    env: {
      ...process.env,
      ...options.env,
      BENCH_PEAK_FILE: peak,
      NODE_OPTIONS: options.memory ? `--require=${new URL('peak-memory.cjs', import.meta.url).pathname}` : '',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 64 << 20,
  });
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  if (error || status !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${error ?? stderr}`);
  }
  const peakMib = options.memory ? Number(readFileSync(peak, 'utf8')) / 1024 : undefined;
  rmSync(folder, { recursive: true });
  return { seconds, peakMib };
}

/** The middle of a list of numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs all contenders in turn, A B A B …, after one round that doesn't count; returns each one's runs. */
export function inTurn(contenders, rounds = 5) {
  const runs = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      const cost = run();
      if (round >= 0) runs[name].push(cost);
    }
  }
  return runs;
}

/** Prints minimum, median and maximum of each contender, in seconds. */
export function printRuns(title, runs) {
  console.log(`\n${title}`);
  for (const [name, costs] of Object.entries(runs)) {
    const seconds = costs.map((cost) => cost.seconds);
    const figures = [Math.min(...seconds), median(seconds), Math.max(...seconds)];
    console.log(`  ${name.padEnd(40)} ${figures.map((figure) => figure.toFixed(3).padStart(8)).join(' ')} s`);
  }
}

/** The median seconds of one contender. */
export function medianSeconds(costs) {
  return median(costs.map((cost) => cost.seconds));
}
