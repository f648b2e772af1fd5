// How time and memory grow with packages, output files, output bytes and layers, as charts for docs/performance.md. Needs
// root, and a base image of LXC:
//   node bench/growth.js <base image> [rounds]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LayerStore } from '../dist/packages/layers/layer-store.js';
import { median, once } from './measure.js';
import { benchArguments, benchWorkspace, writeDescriptor } from './workspace.js';

const [base, rounds] = benchArguments('[rounds]', '3');
const command = (name) => fileURLToPath(new URL(`../bin/${name}`, import.meta.url));
const workspace = benchWorkspace(base);
const cache = mkdtempSync(join(tmpdir(), 'gitian-bench-cache-'));
const env = { USE_LXC: '1', CI: '', NO_COLOR: '1', GITIAN_CACHE: cache };

/** Small ones, most of which bring others. */
const packages =
  'zip unzip bc ed tree jq nano less rsync pigz file patch diffstat time m4 gawk bzip2 xz-utils lzip cpio strace ltrace dos2unix moreutils pv rename symlinks sharutils uuid-runtime psmisc procps lsof git wget curl socat telnet whois dnsutils vim-tiny'.split(
    ' ',
  );

/** Medians of the runs of one command, after one that doesn't count. */
function measured(name, args, { cwd = workspace, before = () => undefined, seconds } = {}) {
  const costs = [];
  for (let round = -1; round < Number(rounds); round++) {
    before();
    const cost = once(process.execPath, [command(name), ...args], { cwd, env, memory: true });
    if (round >= 0) costs.push({ seconds: seconds?.() ?? cost.seconds, peakMib: cost.peakMib });
  }
  return {
    seconds: median(costs.map((cost) => cost.seconds)),
    peakMib: median(costs.map((cost) => cost.peakMib)),
  };
}

/** The steps of the last build that take outputs out of the target and hash them. */
function ofOutputs() {
  const { steps } = JSON.parse(readFileSync(join(workspace, 'var/timings.json'), 'utf8'));
  return ['Grabbing results from target', 'Generating report']
    .map((step) => steps.find(({ title }) => title === step).milliseconds / 1000)
    .reduce((sum, one) => sum + one);
}

function build(descriptor, options) {
  return measured('gbuild', ['-q', writeDescriptor(workspace, base, descriptor)], options);
}

/** A chart of Mermaid's, which hosts of repositories draw. */
function chart(title, axis, points, value, unit) {
  const values = points.map(({ cost }) => Number(value(cost).toPrecision(3)));
  console.log(`
\`\`\`mermaid
xychart-beta
    title "${title}"
    x-axis "${axis}" [${points.map(({ at }) => at).join(', ')}]
    y-axis "${unit}" 0 --> ${Number((Math.max(...values) * 1.2).toPrecision(2))}
    line [${values.join(', ')}]
\`\`\``);
}

function charts(title, axis, points) {
  chart(`${title}: time`, axis, points, ({ seconds }) => seconds, 'seconds');
  chart(`${title}: peak memory of the process`, axis, points, ({ peakMib }) => peakMib, 'MiB');
}

const script = 'echo hello > $OUTDIR/hello';
const some = [0, 5, 10, 20, 40];
const withPackages = (count) => ({
  name: `packages-${count}`,
  packages: packages.slice(0, count).join(', '),
  script,
});
charts(
  'A warm build',
  'packages',
  some.map((at) => ({ at, cost: build(withPackages(at)) })),
);
const before = () => rmSync(join(cache, 'layers'), { recursive: true, force: true });
charts(
  'A build whose layer is gone, with the packages cached',
  'packages',
  some.map((at) => ({ at, cost: build(withPackages(at), { before }) })),
);

const outputs = (name, text) => build({ name, script: text }, { seconds: ofOutputs });
charts(
  'Taking and hashing outputs of 10 KB',
  'files',
  [1000, 2500, 5000, 10_000, 20_000].map((at) => ({
    at,
    cost: outputs(`files-${at}`, `head -c ${at * 10_000} /dev/zero | split -b 10000 -a 5 -d - $OUTDIR/file-`),
  })),
);
charts(
  'Taking and hashing one output',
  'MiB',
  [256, 512, 1024, 2048].map((at) => ({
    at,
    cost: outputs(`bytes-${at}`, `head -c ${at}M /dev/zero > $OUTDIR/one`),
  })),
);

const store = new LayerStore(join(cache, 'layers'));
before();
let kept = 0;
async function keepUntil(count) {
  for (; kept < count; kept++) {
    const folder = join(cache, `sealed-${kept}`);
    execFileSync('sh', [
      '-c',
      'mkdir -p "$1/upper" && head -c 50M /dev/zero | split -b 50K -a 4 -d - "$1/upper/file-"',
      'sh',
      folder,
    ]);
    const layer = { folder, archives: [], bytes: 50 << 20, manifest: '', installLog: '' };
    const refused = () => Promise.reject(new Error('nothing is to be copied'));
    await store.keep({ ...layer, recipe: `lxc-bookworm-amd64-${kept}` }, refused);
  }
}
const layers = [];
for (const at of [1, 5, 10, 20, 40]) {
  await keepUntil(at);
  layers.push({ at, cost: measured('gitian-cache', [], { cwd: cache }) });
}
charts('Listing layers of 1,000 files', 'layers', layers);
rmSync(workspace, { recursive: true });
rmSync(cache, { recursive: true });
