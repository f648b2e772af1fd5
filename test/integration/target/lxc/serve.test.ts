import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { failure } from '../../../../src/core/errors/gitian-error.js';
import { identify } from '../../../../src/core/processes/process-identity.js';
import { root, type Privilege } from '../../../../src/core/processes/privilege.js';
import { serveContainer } from '../../../../src/target/lxc/session/serve.js';

/** Servers of this process that would keep it alive. */
function servers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'PipeWrap').length;
}

describe('a container that is served', () => {
  it.each<[string, Privilege['asRoot']]>([
    ["can't be started", (spec) => ({ ...spec, program: '/no/such/program' })],
    [
      'is not even tried',
      () => {
        throw failure('tool-missing', { tools: ['sudo'], packages: ['sudo'] });
      },
    ],
  ])('leaves nothing where its forwarder %s', async (_what, asRoot) => {
    const init = await identify(process.pid);
    if (init === undefined) throw new Error('no process');
    const before = servers();
    const serving = serveContainer(
      { name: 'gitian-unserved', init, privilege: { ...root, asRoot } },
      (connection) => connection.destroy(),
    );
    await expect(serving).rejects.toMatchObject({ code: 'tool-missing' });
    expect(readdirSync(tmpdir()).filter((file) => file.startsWith('gitian-unserved'))).toEqual([]);
    await expect.poll(servers).toBe(before);
  });
});
