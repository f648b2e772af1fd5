import { describe, expect, it } from 'vitest';
import { InstallationFollower } from '../../../src/base-image/installation/installation-progress.js';

const output = `G: asking the archive
Get:1 http://a.test/debian bookworm InRelease [151 kB]
G: installing
Get:4 http://a.test/debian bookworm/contrib amd64 Packages [53.5 kB]
0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.
Get:1 http://a.test/debian bookworm/main amd64 base-files amd64 12.4 [70.7 kB]
Unpacking base-files (12.4) ...
Unpacking mawk (1.3) ...
Setting up base-files (12.4) ...
Setting up mawk (1.3) ...
0 upgraded, 1 newly installed, 0 to remove and 0 not upgraded.
Unpacking git (2) ...
Setting up git (2) ...
G: packing
`;

describe('the progress of an installation', () => {
  it.each([1, 7, 10_000])('is told from output in pieces of %i bytes', (size) => {
    const told: string[] = [];
    const follower = new InstallationFollower();
    follower.show = (doing) => told.push(doing);
    const bytes = Buffer.from(output);
    for (let at = 0; at < bytes.length; at += size) follower.take(bytes.subarray(at, at + size));
    expect(told).toEqual([
      'asking the archive',
      'downloading indexes',
      'installing',
      'downloading indexes',
      'downloading base-files',
      'unpacking package 1 of 2',
      'unpacking package 2 of 2',
      'setting up package 1 of 2',
      'setting up package 2 of 2',
      'unpacking package 3 of 3',
      'setting up package 3 of 3',
      'packing',
    ]);
  });

  it('lets wait for a part, also for one that has begun', async () => {
    const follower = new InstallationFollower();
    const waiting = follower.begun('packing');
    follower.take(Buffer.from(output));
    await expect(Promise.all([waiting, follower.begun('installing')])).resolves.toBeDefined();
  });

  it('keeps little of a line that never ends', () => {
    const told: string[] = [];
    const follower = new InstallationFollower();
    follower.show = (doing) => told.push(doing);
    follower.take(Buffer.from(`G: ${'x'.repeat(100_000)}`));
    follower.take(Buffer.from('\nG: packing\n'));
    expect(told.map((doing) => doing.slice(0, 7))).toEqual(['xxxxxxx', 'packing']);
    expect(told[0]?.length).toBeLessThan(5000);
  });
});
