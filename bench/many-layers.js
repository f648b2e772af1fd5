// Listing and removing ten layers of 500 MB, in files like those of packages. As root:
//   node bench/many-layers.js
// Wanted: less than 1 s for both.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LayerStore } from '../dist/packages/layers/layer-store.js';
import { once } from './measure.js';

const cache = mkdtempSync(join(tmpdir(), 'gitian-bench-cache-'));
const command = fileURLToPath(new URL('../bin/gitian-cache', import.meta.url));
const store = new LayerStore(join(cache, 'layers'));
const fill = `mkdir -p upper/usr && cd upper/usr && for part in 1 2 3 4 5; do
  mkdir $part && head -c 100M /dev/urandom | split -b 50K -a 4 -d - $part/file-
done`;
for (let layer = 0; layer < 10; layer++) {
  const folder = join(cache, `sealed-${layer}`);
  execFileSync('sh', ['-c', `mkdir "$1" && cd "$1" && ${fill}`, 'sh', folder]);
  await store.keep(
    {
      recipe: `lxc-bookworm-amd64-${layer}`,
      archives: [],
      folder,
      bytes: 500 << 20,
      manifest: '',
      installLog: '',
    },
    () => Promise.reject(new Error('nothing is to be copied')),
  );
}
const env = { GITIAN_CACHE: cache };
const list = once(command, [], { cwd: cache, env }).seconds;
const remove = once(command, ['remove', '--all'], { cwd: cache, env }).seconds;
rmSync(cache, { recursive: true, force: true });
console.log(`listing ten layers of 500 MB   ${list.toFixed(2)} s`);
console.log(`removing them                  ${remove.toFixed(2)} s (both wanted: less than 1 s)`);
