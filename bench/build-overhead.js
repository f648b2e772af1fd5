// What gbuild adds to a build: a descriptor whose script is `echo`, without packages and with one, as whole processes,
// against the same commands in the same base image by hand. Needs root, and a base image:
//   node bench/build-overhead.js <base image> [rounds]
// Wanted: at most 4 s more without packages; at most 1.3 times `apt-get update` and `install` with one, on top.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inTurn, medianSeconds, once, printRuns } from './measure.js';

const [, , baseArgument, rounds = '5'] = process.argv;
if (baseArgument === undefined) {
  console.error('usage: node bench/build-overhead.js <base image> [rounds]');
  process.exit(2);
}
const base = resolve(baseArgument);
const [, suite, architecture] = basename(base).split('-');
const gbuild = fileURLToPath(new URL('../bin/gbuild', import.meta.url));
const byHand = fileURLToPath(new URL('by-hand.sh', import.meta.url));

const workspace = mkdtempSync(join(tmpdir(), 'gitian-bench-'));
mkdirSync(join(workspace, 'inputs'));
for (const ending of ['', '.json']) {
  if (existsSync(base + ending)) symlinkSync(base + ending, join(workspace, basename(base) + ending));
}
const descriptor = (name, packages) => {
  writeFileSync(
    join(workspace, `${name}.yml`),
    `name: ${name}
distro: debian
suites: [${suite}]
architectures: [${architecture}]
packages: [${packages}]
remotes: []
files: []
reference_datetime: '2020-01-01 00:00:00'
script: |
  echo hello > $OUTDIR/hello
`,
  );
  return () => once(gbuild, ['-q', `${name}.yml`], { cwd: workspace, env: { USE_LXC: '1', CI: '' } });
};
const script = 'mkdir -p out; echo hello > out/hello';
const apt =
  'export DEBIAN_FRONTEND=noninteractive; apt-get update && apt-get install --no-install-recommends -y zip';

const runs = inTurn(
  {
    'script by hand': () => once(byHand, [base, 'debian', '', script]),
    'gbuild, no packages': descriptor('echo', ''),
    'apt-get and script by hand': () => once(byHand, [base, 'debian', apt, script]),
    'gbuild, one package': descriptor('zip', 'zip'),
  },
  Number(rounds),
);
rmSync(workspace, { recursive: true });

printRuns('build overhead', runs);
const seconds = Object.fromEntries(Object.entries(runs).map(([name, costs]) => [name, medianSeconds(costs)]));
const added = seconds['gbuild, no packages'] - seconds['script by hand'];
const aptByHand = seconds['apt-get and script by hand'] - seconds['script by hand'];
const package_ = seconds['gbuild, one package'] - seconds['gbuild, no packages'];
console.log(`  gbuild adds ${added.toFixed(2)} s to a build without packages (wanted: at most 4 s)`);
console.log(`  bare apt-get update and install: ${aptByHand.toFixed(2)} s`);
console.log(
  `  one package adds ${package_.toFixed(2)} s, ${(package_ / aptByHand).toFixed(2)} times that (wanted: at most 1.3)`,
);
