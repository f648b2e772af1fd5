// What an archive that takes 200 ms to answer costs a build with ten packages, warm and without its layer. Needs root, and
// a base image of LXC:
//   node bench/slow-archive.js <base image> [rounds]
// Wanted: at most 1 s more for each.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inTurn, medianSeconds, once, printRuns } from './measure.js';
import { benchArguments, benchWorkspace, writeDescriptor } from './workspace.js';

const [base, rounds] = benchArguments('[rounds]', '5');
const gbuild = fileURLToPath(new URL('../bin/gbuild', import.meta.url));
const workspace = benchWorkspace(base);
const file = writeDescriptor(workspace, base, {
  name: 'ten',
  packages: 'zip, unzip, bc, ed, tree, jq, nano, less, rsync, pigz',
  script: 'echo hello > $OUTDIR/hello',
});
const proxies = [];
const contenders = {};
for (const milliseconds of [0, 200]) {
  const proxy = spawn(process.execPath, [
    fileURLToPath(new URL('slow-proxy.js', import.meta.url)),
    String(milliseconds),
  ]);
  proxies.push(proxy);
  const url = await new Promise((found) => createInterface({ input: proxy.stdout }).once('line', found));
  const cache = mkdtempSync(join(tmpdir(), 'gitian-bench-cache-'));
  process.once('exit', () => rmSync(cache, { recursive: true }));
  const env = { USE_LXC: '1', CI: '', GITIAN_CACHE: cache, http_proxy: url };
  const build = () => once(gbuild, ['-q', file], { cwd: workspace, env });
  contenders[`layer gone, answers after ${milliseconds} ms`] = () => {
    rmSync(join(cache, 'layers'), { recursive: true, force: true });
    return build();
  };
  contenders[`warm, answers after ${milliseconds} ms`] = build;
}
const runs = inTurn(contenders, Number(rounds));
for (const proxy of proxies) proxy.kill();
rmSync(workspace, { recursive: true });
printRuns('builds with ten packages and a slow archive', runs);
for (const kind of ['warm', 'layer gone']) {
  const [fast, slow] = [0, 200].map((ms) => medianSeconds(runs[`${kind}, answers after ${ms} ms`]));
  console.log(`  ${kind}: ${(slow - fast).toFixed(2)} s more (wanted: at most 1 s)`);
}
