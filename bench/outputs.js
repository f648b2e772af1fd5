// How gbuild takes 2 GB of outputs: its peak memory, and the time of taking and hashing them against sha256sum over the
// same files. Needs root, and a base image:
//   node bench/outputs.js <base image> [rounds]
// Wanted: less than 200 MB of memory, and at most 1.3 times as long as sha256sum.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, once } from './measure.js';
import { benchArguments, benchWorkspace, writeDescriptor } from './workspace.js';

const [base, rounds] = benchArguments('[rounds]', '3');
const gbuild = fileURLToPath(new URL('../bin/gbuild', import.meta.url));
const workspace = benchWorkspace(base);
const many = writeDescriptor(workspace, base, {
  name: 'many',
  // One file of 1 GB, and 1 GB in 10,000 files.
  script:
    'head -c 1G /dev/zero > $OUTDIR/one; head -c 1000M /dev/zero | split -b 100K -a 5 -d - $OUTDIR/many-',
});
const figures = { peak: [], grab: [], report: [], sums: [], ratio: [] };
for (let round = 0; round < Number(rounds); round++) {
  const env = { USE_LXC: '1', CI: '', NO_COLOR: '1' };
  const { peakMib } = once(process.execPath, [gbuild, '-q', many], { cwd: workspace, env, memory: true });
  const { steps } = JSON.parse(readFileSync(join(workspace, 'var/timings.json'), 'utf8'));
  const seconds = (step) => steps.find(({ title }) => title === step).milliseconds / 1000;
  figures.peak.push(peakMib);
  figures.grab.push(seconds('Grabbing results from target'));
  figures.report.push(seconds('Generating report'));
  figures.sums.push(
    once('sh', ['-c', 'find build/out -type f -print0 | xargs -0 sha256sum'], { cwd: workspace }).seconds,
  );
  const own = figures.grab.at(-1) + figures.report.at(-1);
  figures.ratio.push(own / figures.sums.at(-1));
}
rmSync(workspace, { recursive: true });
console.log(`peak memory of gbuild           ${median(figures.peak).toFixed(0)} MiB (wanted: below 200 MB)`);
console.log(`taking them out of the target   ${median(figures.grab).toFixed(2)} s`);
console.log(`hashing for the report          ${median(figures.report).toFixed(2)} s`);
console.log(`sha256sum over the same files   ${median(figures.sums).toFixed(2)} s`);
console.log(`both against sha256sum          ${median(figures.ratio).toFixed(2)} (wanted: at most 1.3)`);
