// The second build of a descriptor with ten packages, as whole processes, against the same by hand in the same base image.
// Needs root, and a base image of LXC:
//   node bench/warm.js <base image> [rounds] [a descriptor beside its inputs/]
// Wanted: warm, at most 0.8 s more than starting a container and the script by hand; with the packages cached but no
// layer, at most 1.2 times bare `apt-get update` and `install`, and 1 s; a descriptor that is given, warm, at most 1 s
// beside its script.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inTurn, median, medianSeconds, once, printRuns } from './measure.js';
import { benchArguments, benchWorkspace, writeDescriptor } from './workspace.js';

const [base, rounds, hello] = benchArguments('[rounds] [descriptor]', '5');
const byHand = fileURLToPath(new URL('by-hand.sh', import.meta.url));
const gbuild = fileURLToPath(new URL('../bin/gbuild', import.meta.url));
const packages = ['zip', 'unzip', 'bc', 'ed', 'tree', 'jq', 'nano', 'less', 'rsync', 'pigz'];

const workspace = benchWorkspace(base);
const cache = mkdtempSync(join(tmpdir(), 'gitian-bench-cache-'));
const env = { USE_LXC: '1', CI: '', GITIAN_CACHE: cache };
const file = writeDescriptor(workspace, base, {
  name: 'ten',
  packages: packages.join(', '),
  script: 'echo hello > $OUTDIR/hello',
});
const build = (descriptor) => once(gbuild, ['-q', descriptor], { cwd: workspace, env });
const script = 'mkdir -p out; echo hello > out/hello';
const apt = `export DEBIAN_FRONTEND=noninteractive; apt-get update && apt-get install --no-install-recommends -y ${packages.join(' ')}`;

const runs = inTurn(
  {
    'script by hand': () => once(byHand, [base, 'debian', '', script]),
    'apt-get and script by hand': () => once(byHand, [base, 'debian', apt, script]),
    'gbuild, layer gone, packages cached': () => {
      rmSync(join(cache, 'layers'), { recursive: true, force: true });
      return build(file);
    },
    'gbuild, warm': () => build(file),
  },
  Number(rounds),
);
printRuns('warm builds with ten packages', runs);
const seconds = Object.fromEntries(Object.entries(runs).map(([name, costs]) => [name, medianSeconds(costs)]));
const added = seconds['gbuild, warm'] - seconds['script by hand'];
console.log(`  warm, gbuild adds ${added.toFixed(2)} s (wanted: at most 0.8 s)`);
const byHandApt = seconds['apt-get and script by hand'];
console.log(
  `  without its layer gbuild takes ${(seconds['gbuild, layer gone, packages cached'] / byHandApt).toFixed(2)} times apt-get by hand (wanted: at most 1.2 times and 1 s, ${(1.2 * byHandApt + 1).toFixed(2)} s)`,
);

if (hello !== undefined) {
  cpSync(resolve(hello), join(workspace, basename(hello)));
  cpSync(join(dirname(resolve(hello)), 'inputs'), join(workspace, 'inputs'), { recursive: true });
  const beside = [];
  for (let round = -1; round < Number(rounds); round++) {
    build(basename(hello));
    const { steps, milliseconds } = JSON.parse(readFileSync(join(workspace, 'var/timings.json'), 'utf8'));
    const own = steps.find(({ title }) => title === 'Running build script').milliseconds;
    if (round >= 0) beside.push((milliseconds - own) / 1000);
  }
  console.log(
    `  ${basename(hello)}, warm: its script and ${median(beside).toFixed(2)} s (wanted: at most 1 s)`,
  );
}
rmSync(workspace, { recursive: true });
rmSync(cache, { recursive: true });
