// How long `gbuild --help` takes against an empty Node program. Wanted: at most 2.5 times as long.
import { fileURLToPath } from 'node:url';
import { inTurn, medianSeconds, once, printRuns } from './measure.js';

const gbuild = fileURLToPath(new URL('../bin/gbuild', import.meta.url));
const runs = inTurn(
  {
    'node -e 0': () => once('node', ['-e', '0']),
    'gbuild --help': () => once(gbuild, ['--help']),
  },
  15,
);
printRuns('start-up', runs);
const ratio = medianSeconds(runs['gbuild --help']) / medianSeconds(runs['node -e 0']);
console.log(`  ratio ${ratio.toFixed(2)} (wanted: at most 2.5)`);
