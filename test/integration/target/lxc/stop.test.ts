import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../../../../src/core/package-files.js';
import { isRoot } from '../../../support/base-image.js';

/** A session that has its folder, where a killed one left its number, and needs a while to write its own. */
const begins = `
  exec 9<"$0"
  flock 9
  echo owned
  sleep 1
  trap 'echo stopped; exit 0' TERM
  echo $$ >"$0/pid"
  while :; do sleep 0.1; done`;

describe.skipIf(!isRoot)('stopping a session (root)', () => {
  it('ends no process that has the number of a killed one', async () => {
    const name = `gitian-test-${String(process.pid)}`;
    const run = `/run/gitian/${name}`;
    mkdirSync(run, { recursive: true });
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    writeFileSync(`${run}/pid`, `${String(other.pid)}\n`);
    const session = spawn('sh', ['-c', begins, run], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(session, 'exit');
    try {
      await once(session.stdout, 'data');
      const stop = spawn('sh', [packageFile('share/lxc/stop.sh'), name], { stdio: 'inherit' });
      expect(await once(stop, 'exit')).toEqual([0, null]);
      expect(await ended).toEqual([0, null]);
      expect([other.exitCode, other.signalCode]).toEqual([null, null]);
    } finally {
      session.kill('SIGKILL');
      other.kill();
      rmSync(run, { recursive: true });
    }
  });
});
