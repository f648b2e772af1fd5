// Prepares and starts a target in the current directory with the compiled project, says `up`, and then holds it,
// or with `detach` leaves it up and ends: the other process that contract tests need.
/* global AbortController */
import { setInterval } from 'node:timers';
import { Workspace } from '../../dist/core/workspace.js';
import { makeDriver } from '../../dist/target/registry.js';

const [backend, distro, mode] = process.argv.slice(2);
const settings = {
  bridge: undefined,
  guestAddress: '10.0.2.5',
  hostAddress: '10.0.2.2',
  reachesHostLoopback: false,
  hostPort: undefined,
  privileged: false,
  qemu: undefined,
  acceleration: undefined,
  cache: process.env.GITIAN_CACHE,
  runtime: undefined,
};
const host = {
  workspace: new Workspace(process.cwd()),
  emit: () => undefined,
  signal: new AbortController().signal,
  settings,
};
const driver = await makeDriver(backend, host);
const spec = { suite: 'bookworm', architecture: 'amd64', distro, memory: 500, processors: 1 };
await driver.prepare(spec);
if (mode === 'starting') process.stdout.write('up\n');
const target = await driver.start(spec);
if (mode === 'detach') {
  await target.detach();
  await target[Symbol.asyncDispose]();
} else {
  await target.serve?.(() => undefined);
  setInterval(() => undefined, 1000);
}
process.stdout.write('up\n');
