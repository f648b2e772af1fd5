// Machines of KVM: how soon a resumed one takes its first command, against one that boots; how fast files go in and out,
// against OpenSSH with tar to the same guest; how long a warm build takes whose script is `echo`. Needs a base image and ssh:
//   node bench/machine.js <base image .qcow2> [rounds] [part of the files, such as 0.1]
// Wanted, emulated (tcg): 4 s, and at least 8 times as fast as a boot; at least 0.9 times as fast as OpenSSH; 10 s
// without packages, and with ten 5 s more than a machine that is resumed by hand.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { Workspace } from '../dist/core/workspace.js';
import { makeDriver } from '../dist/target/registry.js';
import { median, once, printRuns } from './measure.js';
import { machineWorkspace, writeDescriptor } from './workspace.js';

const [, , baseArgument, roundsArgument = '3', partArgument = '1'] = process.argv;
if (baseArgument === undefined) {
  console.error('usage: node bench/machine.js <base image .qcow2> [rounds] [part of the files]');
  process.exit(2);
}
const base = resolve(baseArgument);
const rounds = Number(roundsArgument);
const part = Number(partArgument);
const [, suite, architecture] = basename(base, '.qcow2').split('-');
const spec = { suite, architecture, distro: 'debian', memory: 2000, processors: 2 };
const root = machineWorkspace(base);
const cache = mkdtempSync(join(tmpdir(), 'gitian-bench-cache-'));
const driver = await makeDriver('kvm', {
  workspace: new Workspace(root),
  emit: ({ kind, text }) => console.log(`${kind}: ${text}`),
  signal: new globalThis.AbortController().signal,
  settings: { reachesHostLoopback: false, cache, acceleration: process.env.GITIAN_ACCEL },
});

/** Seconds that something takes. */
async function timed(act) {
  const begun = performance.now();
  await act();
  return { seconds: (performance.now() - begun) / 1000 };
}

async function startAndRun() {
  const target = await driver.start(spec);
  await target.run(['true']);
  return target;
}

async function starts() {
  await driver.prepare(spec);
  await (await startAndRun()).stop();
  const runs = { resumed: [], booted: [] };
  for (let round = 0; round < rounds; round++) {
    let target;
    await driver.prepare(spec);
    runs.resumed.push(await timed(async () => (target = await startAndRun())));
    await target.run(['touch', 'written']);
    await target.stop();
    // A disk that was written to fits no saved memory.
    runs.booted.push(await timed(async () => (target = await startAndRun())));
    await target.stop();
  }
  return runs;
}

/** What is copied: one file of 500 MB, and 20,000 small ones. */
function sources() {
  const folder = mkdtempSync(join(tmpdir(), 'gitian-bench-files-'));
  const dd = ['if=/dev/urandom', 'bs=100k', `count=${Math.round(5000 * part)}`, 'status=none'];
  mkdirSync(join(folder, 'big'));
  execFileSync('dd', [...dd, `of=${join(folder, 'big', 'file')}`]);
  for (let index = 0; index < 20_000 * part; index++) {
    const parent = join(folder, 'small', String(index % 100));
    if (index < 100) mkdirSync(parent, { recursive: true });
    writeFileSync(join(parent, `file-${index}`), `${index}\n`.repeat(100));
  }
  return folder;
}

function ssh(port) {
  const options = ['-oStrictHostKeyChecking=no', '-oUserKnownHostsFile=/dev/null', '-oLogLevel=ERROR'];
  const words = ['ssh', '-i', join(root, 'var/id_rsa'), '-p', port, ...options, `${spec.distro}@127.0.0.1`];
  return words.join(' ');
}

async function copies(target, files) {
  const { port } = JSON.parse(readFileSync(join(root, 'var/target.json'), 'utf8')).details;
  const shell = (line) => execFileSync('sh', ['-c', line], { cwd: files });
  const runs = {};
  const count = async (name, act) => (runs[name] ??= []).push(await timed(act));
  // Nothing is removed in between: ext4 looks at every inode that was freed a moment ago before it takes another.
  let made = 0;
  const fresh = async () => {
    await target.run(['sync']);
    const out = `out-${++made}`;
    mkdirSync(join(files, out));
    return out;
  };
  for (let round = 0; round < rounds; round++) {
    for (const what of ['big', 'small']) {
      const [there, thereToo] = [await fresh(), await fresh()];
      await count(`${what} in, OpenSSH`, () =>
        shell(`tar -cf - ${what} | ${ssh(port)} 'mkdir ${there} && cd ${there} && tar -xf -'`),
      );
      await target.run(['sync']);
      await count(`${what} in`, () => target.copyTo({ directory: files, names: [what] }, thereToo));
      const [here, hereToo] = [await fresh(), await fresh()];
      await count(`${what} out, OpenSSH`, () =>
        shell(`${ssh(port)} 'cd ${thereToo} && tar -cf - ${what}' | tar -xf - -C ${here}`),
      );
      await target.run(['sync']);
      await count(`${what} out`, () => target.copyFrom(thereToo, join(files, hereToo)));
      execFileSync('diff', ['-r', join(files, what), join(files, hereToo, what)]);
      await target.run(['rm', '-rf', there, thereToo]);
    }
  }
  return runs;
}

const script = 'echo hello > $OUTDIR/hello';

/** Runs of a descriptor that has its layer. */
function builds(name, packages) {
  const file = writeDescriptor(root, basename(base, '.qcow2'), { name, packages, script });
  const env = { GITIAN_CACHE: cache, CI: '' };
  const build = () => once(gbuild, ['-q', '--backend', 'kvm', file], { cwd: root, env });
  build();
  return Array.from({ length: rounds }, build);
}

/** The same from the only layer without gbuild: the machine is resumed, runs the script, and ends. */
async function byHand() {
  const layers = join(cache, 'layers');
  const [layer] = readdirSync(layers).filter((name) => name.startsWith('kvm-'));
  const runs = [];
  for (let round = 0; round < rounds; round++) {
    await driver.prepareFrom(spec, join(layers, layer));
    runs.push(
      await timed(async () => {
        const target = await driver.start(spec);
        await target.run(['sh', '-c', `mkdir -p out; OUTDIR=out; ${script}`]);
        await target.stop();
      }),
    );
  }
  return runs;
}

async function warmBuilds() {
  const packages = 'zip, unzip, bc, ed, tree, jq, nano, less, rsync, pigz';
  const warm = { 'gbuild, ten packages': builds('ten', packages), 'resumed by hand': await byHand() };
  rmSync(join(cache, 'layers'), { recursive: true });
  return { ...warm, 'gbuild, no packages': builds('echo', '') };
}

const gbuild = fileURLToPath(new URL('../bin/gbuild', import.meta.url));
const seconds = (runs, name) => median(runs[name].map((run) => run.seconds));
const files = sources();
try {
  const started = await starts();
  printRuns('start to first command', started);
  const ratio = seconds(started, 'booted') / seconds(started, 'resumed');
  console.log(`  a resumed machine is ${ratio.toFixed(1)} times as fast as one that boots`);
  await driver.prepare(spec);
  const target = await driver.start(spec);
  const copied = await copies(target, files).finally(() => target.stop());
  printRuns('files', copied);
  for (const what of ['big in', 'big out', 'small in', 'small out']) {
    const speed = seconds(copied, `${what}, OpenSSH`) / seconds(copied, what);
    console.log(`  ${what}: ${speed.toFixed(2)} times as fast as OpenSSH`);
  }
  const warm = await warmBuilds();
  printRuns('warm builds', warm);
  const added = seconds(warm, 'gbuild, ten packages') - seconds(warm, 'resumed by hand');
  console.log(`  gbuild adds ${added.toFixed(1)} s to a machine that is resumed by hand`);
} finally {
  for (const folder of [root, cache, files]) rmSync(folder, { recursive: true, force: true });
}
