// What gbuild adds to a build: a descriptor whose script is `echo`, without packages and with one, as whole processes,
// against the same commands in the same base image by hand; from its layer, and with everything anew. Needs root, and a base image:
//   node bench/build-overhead.js <base image> [rounds]
// Wanted: at most 4 s more without packages; at most 1.3 times `apt-get update` and `install` with one, on top.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inTurn, medianSeconds, once, printRuns } from './measure.js';
import { benchArguments, benchWorkspace, writeDescriptor } from './workspace.js';

const [base, rounds] = benchArguments('[rounds]', '5');
const gbuild = fileURLToPath(new URL('../bin/gbuild', import.meta.url));
const byHand = fileURLToPath(new URL('by-hand.sh', import.meta.url));

const workspace = benchWorkspace(base);
const descriptor = (name, packages, ...options) => {
  const file = writeDescriptor(workspace, base, { name, packages, script: 'echo hello > $OUTDIR/hello' });
  return () => once(gbuild, ['-q', ...options, file], { cwd: workspace, env: { USE_LXC: '1', CI: '' } });
};
const script = 'mkdir -p out; echo hello > out/hello';
const apt =
  'export DEBIAN_FRONTEND=noninteractive; apt-get update && apt-get install --no-install-recommends -y zip';

const runs = inTurn(
  {
    'script by hand': () => once(byHand, [base, 'debian', '', script]),
    'gbuild, no packages': descriptor('echo', ''),
    'gbuild --no-layer, no packages': descriptor('echo', '', '--no-layer'),
    'apt-get and script by hand': () => once(byHand, [base, 'debian', apt, script]),
    'gbuild --no-layer, one package': descriptor('zip', 'zip', '--no-layer'),
  },
  Number(rounds),
);
rmSync(workspace, { recursive: true });

printRuns('build overhead', runs);
const seconds = Object.fromEntries(Object.entries(runs).map(([name, costs]) => [name, medianSeconds(costs)]));
const added = (name) => (seconds[name] - seconds['script by hand']).toFixed(2);
const aptByHand = seconds['apt-get and script by hand'] - seconds['script by hand'];
const allowed = seconds['script by hand'] + 4 + 1.3 * aptByHand;
console.log(
  `  gbuild adds ${added('gbuild, no packages')} s to a build without packages, and ${added('gbuild --no-layer, no packages')} s to one that begins anew (wanted: at most 4 s)`,
);
console.log(`  bare apt-get update and install of one package: ${aptByHand.toFixed(2)} s`);
console.log(
  `  gbuild with one package: ${seconds['gbuild --no-layer, one package'].toFixed(2)} s (wanted: at most ${allowed.toFixed(2)} s: the script, 4 s, and 1.3 times apt-get)`,
);
