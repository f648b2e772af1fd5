import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/files/hashing.js';
import { loadDescriptor } from '../../../src/descriptor/load.js';
import { brokenDescriptors } from '../../support/samples/broken-descriptors.js';
import { descriptorText } from '../../support/samples/descriptor-text.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gitian-load-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('loadDescriptor', () => {
  it('gives the descriptor, the bytes of the file and their digest', async () => {
    const bytes = Buffer.from(`\ufeff${descriptorText().replaceAll('\n', '\r\n')}`);
    const loaded = await loadDescriptor(await file('good.yml', bytes));
    expect(loaded.descriptor).toMatchObject({ name: 'test', script: 'true\n' });
    expect(loaded).toMatchObject({ sha256: sha256(bytes), warnings: [] });
  });

  it('follows a link', async () => {
    await file('target.yml', descriptorText());
    await symlink('target.yml', join(folder, 'link.yml'));
    expect(await loadDescriptor(join(folder, 'link.yml'))).toMatchObject({ descriptor: { name: 'test' } });
  });

  it('names the file as it is told to', async () => {
    const path = await file('wrong.yml', descriptorText({ distro: 'x' }));
    await expect(loadDescriptor(path)).rejects.toThrow(`${path}:2:9: distro: `);
    await expect(loadDescriptor(path, 'wrong.yml')).rejects.toThrow(/^wrong\.yml:2:9: distro: /);
    await expect(loadDescriptor(join(folder, 'none'), 'none')).rejects.toThrow(
      'the descriptor "none" can\'t be read',
    );
  });

  it.each(brokenDescriptors.map((broken) => [broken.title, broken] as const))(
    'refuses %s',
    async (_, { text, message }) => {
      const path = await file('broken.yml', text);
      await expect(loadDescriptor(path, 'x.yml')).rejects.toMatchObject({ exitCode: 2, message });
    },
  );
});

describe('a file that is none', () => {
  const refused = async (path: string, message: RegExp): Promise<void> => {
    await expect(loadDescriptor(path)).rejects.toMatchObject({
      code: 'file-unreadable',
      exitCode: 2,
      message: expect.stringMatching(message) as unknown,
    });
  };

  it('is refused when it is missing', async () => {
    await refused(
      join(folder, 'missing.yml'),
      /^the descriptor ".*missing\.yml" can't be read: it does not exist$/,
    );
  });

  it('is refused when it is a folder', async () => {
    await mkdir(join(folder, 'folder.yml'));
    await refused(join(folder, 'folder.yml'), /can't be read: /);
  });

  it('is refused when it is a device', async () => {
    await refused('/dev/zero', /can't be read: it is not a file$/);
  });

  it('is refused when it is a socket', async () => {
    const path = join(folder, 'socket.yml');
    const server = createServer();
    await new Promise<void>((listening) => server.listen(path, listening));
    await refused(path, /can't be read: /).finally(() => server.close());
  });

  it('is refused when it has more than 1 MiB', async () => {
    await refused(
      await file('large.yml', Buffer.alloc(1024 * 1024 + 1, '#')),
      /can't be read: it has more than 1048576 bytes$/,
    );
  });

  it.skipIf(process.getuid?.() === 0)(
    'is refused when it may not be read (as root, everything may)',
    async () => {
      const path = await file('secret.yml', descriptorText());
      await chmod(path, 0);
      await refused(path, /can't be read: /);
    },
  );
});
