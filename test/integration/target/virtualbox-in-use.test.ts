import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { spec, TargetWorkspace } from '../../support/workspaces/target-workspace.js';
import { until } from '../../support/until.js';

/**
 * Stands in for VBoxManage, with a machine that is powered off when it is looked at, and that somebody else has started by
 * the time that this one is to. Notes what it is asked for in `calls`; waits for the file `go` before it refuses the start.
 */
const inUse = `#!/bin/sh
here=\${0%/*}
printf '%s\\n' "$*" >>"$here/calls"
case $1 in
  --version) echo 7.0.20r163906 ;;
  showvminfo) cat "$here/info" ;;
  getextradata) echo "Value: $(cat "$here/user")" ;;
  startvm)
    until [ -e "$here/go" ]; do sleep 0.05; done
    echo "VBoxManage: error: The machine '$2' is already locked by a session (or being locked or unlocked)" >&2
    exit 1
    ;;
esac
`;

let folder: string;
const path = process.env['PATH'] ?? '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'virtualbox-in-use-'));
  writeFileSync(join(folder, 'VBoxManage'), inUse);
  chmodSync(join(folder, 'VBoxManage'), 0o755);
  process.env['PATH'] = [folder, path].join(delimiter);
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true });
});

const calls = (): string[] => {
  const file = join(folder, 'calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};

it.each([
  ['another workspace', 'the workspace "/home/other" has it up', 'stop-target, in that workspace'],
  ['another program', 'another program works on it', 'close it in VirtualBox'],
])('a machine that %s has started in the last moment stays up', async (who, reason, hint) => {
  await using place = await TargetWorkspace.create('vbox', []);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const rule = `guestssh,tcp,127.0.0.1,${String(port)},,22`;
  const info = `UUID="1"\nVMState="poweroff"\nnic1="nat"\nForwarding(0)="${rule}"\n`;
  writeFileSync(join(folder, 'info'), info);
  writeFileSync(join(folder, 'user'), place.root);

  const driver = await place.driver();
  const started = driver.start(spec);
  // Whoever waits for it is told.
  started.catch(() => undefined);
  await until(calls, (seen) => seen.some((call) => call.startsWith('startvm ')));
  // The machine that is up has its port.
  using _port = await taken(port);
  if (who === 'another workspace') writeFileSync(join(folder, 'user'), '/home/other');
  writeFileSync(join(folder, 'info'), info.replace('poweroff', 'running'));
  writeFileSync(join(folder, 'go'), '');

  const failed: unknown = await started.catch((error: unknown) => error);
  const after = calls().slice(calls().findIndex((call) => call.startsWith('startvm ')) + 1);
  expect(after.filter((call) => !/^(showvminfo|getextradata) /.test(call))).toEqual([]);
  expect(failed).toMatchObject({
    code: 'machine-in-use',
    exitCode: 2,
    message: expect.stringContaining(reason) as string,
    hint: expect.stringContaining(hint) as string,
  });
});

async function taken(port: number): Promise<Disposable> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    [Symbol.dispose]: () => {
      server.close();
    },
  };
}
