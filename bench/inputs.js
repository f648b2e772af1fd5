// What a git clone of 1 GB costs as an input, against `cp --reflink=auto -a` of it. Needs root, git, and a base image of LXC:
//   node bench/inputs.js <base image> [rounds]
// Wanted: at most 1.2 times.
import { execFileSync } from 'node:child_process';
import { Buffer } from 'node:buffer';
import { randomFillSync } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, once } from './measure.js';
import { benchArguments, benchWorkspace } from './workspace.js';

const [base, rounds] = benchArguments('[rounds]', '3');
const gbuild = fileURLToPath(new URL('../bin/gbuild', import.meta.url));
const workspace = benchWorkspace(base);
const upstream = join(workspace, 'upstream');
mkdirSync(upstream);
const git = (...args) =>
  execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org', ...args], {
    cwd: upstream,
    stdio: 'ignore',
  });
git('init', '-q');
git('config', 'core.compression', '0');
const bytes = Buffer.alloc(1 << 20);
for (let file = 0; file < 512; file++) {
  writeFileSync(join(upstream, `file-${file}`), randomFillSync(bytes));
}
git('add', '.');
git('commit', '-q', '-m', 'half a gigabyte, which git keeps once more');
const suite = base.split('/').at(-1).split('-')[1];
writeFileSync(
  join(workspace, 'clone.yml'),
  `name: clone
distro: debian
suites: [${suite}]
architectures: [amd64]
packages: []
remotes:
  - {url: "${upstream}", dir: clone}
files: []
reference_datetime: '2020-01-01 00:00:00'
script: |
  ls clone | wc -l > $OUTDIR/count
`,
);
const figures = { gbuild: [], cp: [], ratio: [] };
for (let round = -1; round < Number(rounds); round++) {
  const env = { USE_LXC: '1', CI: '' };
  // What one of them leaves to be written would slow the other down.
  execFileSync('sync');
  once(gbuild, ['-q', '--commit', 'clone=HEAD', 'clone.yml'], { cwd: workspace, env });
  const { steps } = JSON.parse(readFileSync(join(workspace, 'var/timings.json'), 'utf8'));
  const own = ['Fetching inputs', 'Preparing build environment']
    .map((step) => steps.find(({ title }) => title === step).milliseconds / 1000)
    .reduce((sum, one) => sum + one);
  execFileSync('sync');
  const { seconds } = once('cp', ['--reflink=auto', '-a', 'inputs/clone', 'copy'], { cwd: workspace });
  rmSync(join(workspace, 'copy'), { recursive: true });
  if (round < 0) continue;
  figures.gbuild.push(own);
  figures.cp.push(seconds);
  figures.ratio.push(own / seconds);
}
rmSync(workspace, { recursive: true });
console.log(`fetching and copying the clone   ${median(figures.gbuild).toFixed(2)} s`);
console.log(`cp --reflink=auto -a             ${median(figures.cp).toFixed(2)} s`);
console.log(`ratio                            ${median(figures.ratio).toFixed(2)} (wanted: at most 1.2)`);
