import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Qmp, QmpError } from '../../../../src/target/kvm/qemu/qmp.js';

interface Asked {
  execute: string;
  arguments: Record<string, unknown>;
}

describe('a conversation with QEMU', () => {
  let folder: string;
  let path: string;
  let server: Server;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gitian-qmp-'));
    path = join(folder, 's');
  });
  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  /** Listens like QEMU; `answer` returns the lines to say. */
  const monitor = async (answer: (asked: Asked, socket: Socket) => readonly object[]): Promise<void> => {
    server = createServer((socket) => {
      // Whoever asked may have hung up.
      socket.on('error', () => undefined);
      socket.write('{"QMP": {"version": {}, "capabilities": []}}\r\n');
      const input = createInterface({ input: socket }).on('error', () => undefined);
      input.on('line', (line) => {
        const asked = JSON.parse(line) as Asked;
        const lines = asked.execute === 'qmp_capabilities' ? [{ return: {} }] : answer(asked, socket);
        for (const each of lines) socket.write(`${JSON.stringify(each)}\r\n`);
      });
    }).listen(path);
    await once(server, 'listening');
  };

  it('returns answers in their order, events in between', async () => {
    await monitor(({ execute, arguments: given }) => [
      { event: 'X', data: {} },
      { return: [execute, given] },
    ]);
    using qmp = await Qmp.connect(path);
    expect(await Promise.all([qmp?.ask('one', { a: 1 }), qmp?.ask('two')])).toEqual([
      ['one', { a: 1 }],
      ['two', {}],
    ]);
  });

  it('throws what QEMU refuses', async () => {
    await monitor(() => [{ error: { class: 'GenericError', desc: 'no such thing' } }]);
    using qmp = await Qmp.connect(path);
    await expect(qmp?.ask('cont')).rejects.toThrow(new QmpError('cont: no such thing'));
  });

  it('waits for an event that fits', async () => {
    await monitor(() => [
      { event: 'MIGRATION', data: { status: 'active' } },
      { event: 'MIGRATION', data: { status: 'completed' } },
      { return: {} },
    ]);
    using qmp = await Qmp.connect(path);
    const done = qmp?.event('MIGRATION', ({ status }) => status === 'completed');
    await qmp?.ask('migrate');
    expect(await done).toEqual({ status: 'completed' });
  });

  it('ends what is under way when QEMU ends', async () => {
    await monitor((_asked, socket) => {
      socket.destroy();
      return [];
    });
    using qmp = await Qmp.connect(path);
    const event = qmp?.event('RESUME');
    expect(await qmp?.ask('quit')).toBeUndefined();
    expect(await event).toBeUndefined();
    expect(await qmp?.ask('more')).toBeUndefined();
  });

  it('hangs up on one that takes the connection and says nothing, at once or later', async () => {
    server = createServer().listen(path);
    await once(server, 'listening');
    expect(await Qmp.connect(path, { silence: 50 })).toBeUndefined();
    server.close();
    await monitor(() => []);
    // Its first words come from this process, which a busy host holds up.
    using qmp = await Qmp.connect(path, { silence: 2000 });
    expect(qmp).toBeDefined();
    expect(await qmp?.ask('quit')).toBeUndefined();
  });

  it('says that nobody listens', async () => {
    await monitor(() => []);
    expect(await Qmp.connect(join(folder, 'other'))).toBeUndefined();
  });

  it('is none where this process stood still until its patience was over', async () => {
    await monitor(() => []);
    const connecting = Qmp.connect(path, { silence: 50 });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    expect(await connecting).toBeUndefined();
  });

  it.each(['before it begins', 'after it began'])('ends once nobody wants it, %s', async (when) => {
    await monitor(() => []);
    const over = new AbortController();
    const connecting = Qmp.connect(path, { signal: over.signal });
    if (when === 'before it begins') over.abort();
    using qmp = await connecting;
    over.abort();
    expect(await qmp?.ask('cont')).toBeUndefined();
    expect(qmp === undefined).toBe(when === 'before it begins');
  });
});
