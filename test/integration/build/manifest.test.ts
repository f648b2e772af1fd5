import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { baseManifest } from '../../../src/build/manifest/base-manifest.js';
import { packageFile } from '../../../src/core/package-files.js';
import { hostEnvironment, run } from '../../../src/core/processes/process.js';

/** The script runs with the real apt and dpkg, over a system of a few files that they take for the machine's own. */
const hasApt = await run({ program: 'sh', args: ['-c', 'command -v apt-get dpkg-query'], check: false }).then(
  ({ exitCode }) => exitCode === 0,
);

interface Stanza {
  readonly name: string;
  readonly version?: string;
  readonly architecture?: string;
  readonly status?: string;
  readonly size?: string;
  readonly maintainer?: string;
  readonly sha256?: string;
}

let room: string;
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'gitian-apt-'));
  for (const folder of [
    'dpkg/info',
    'dpkg/updates',
    'state/lists/partial',
    'cache/archives/partial',
    'etc',
  ]) {
    await mkdir(join(room, folder), { recursive: true });
  }
});
afterEach(async () => {
  await rm(room, { recursive: true });
});

const sum = (digit: string): string => digit.repeat(64);

function stanza(lines: readonly (string | undefined)[]): string {
  return `${lines.filter((line) => line !== undefined).join('\n')}\n\n`;
}

/** A `Packages` file, in the order in which archives write the fields. */
function packages(stanzas: readonly Stanza[]): string {
  return stanzas
    .map((one) =>
      stanza([
        `Package: ${one.name}`,
        `Version: ${one.version ?? '1'}`,
        `Installed-Size: ${one.size ?? '10'}`,
        `Maintainer: ${one.maintainer ?? 'M <m@localhost>'}`,
        `Architecture: ${one.architecture ?? 'amd64'}`,
        'Description: text',
        ' Package: not-a-field',
        ' SHA256: 0',
        `Filename: pool/${one.name}.deb`,
        'Size: 1',
        `SHA256: ${one.sha256 ?? sum('1')}`,
      ]),
    )
    .join('');
}

/** What `target-bin/installed-packages.sh` says of these installed packages and archives. */
async function listing(
  installed: readonly Stanza[],
  archives: Readonly<Record<string, string>>,
  path?: string,
): Promise<string[]> {
  const status = installed.map((one) =>
    stanza([
      `Package: ${one.name}`,
      `Status: ${one.status ?? 'install ok installed'}`,
      'Priority: optional',
      `Installed-Size: ${one.size ?? '10'}`,
      `Maintainer: ${one.maintainer ?? 'M <m@localhost>'}`,
      `Architecture: ${one.architecture ?? 'amd64'}`,
      one.architecture === 'all' ? 'Multi-Arch: foreign' : 'Multi-Arch: same',
      `Version: ${one.version ?? '1'}`,
      'Description: text',
    ]),
  );
  await writeFile(join(room, 'dpkg/status'), status.join(''));
  await writeFile(join(room, 'dpkg/arch'), 'amd64\ni386\n');
  for (const [name, text] of Object.entries(archives)) {
    await mkdir(join(room, name), { recursive: true });
    await writeFile(join(room, name, 'Packages'), text);
  }
  const sources = Object.keys(archives).map((name) => `deb [trusted=yes] file:${join(room, name)} ./\n`);
  await writeFile(join(room, 'etc/sources.list'), sources.join(''));
  await writeFile(
    join(room, 'apt.conf'),
    [
      `Dir::State "${room}/state"; Dir::State::status "${room}/dpkg/status"; Dir::Cache "${room}/cache";`,
      `Dir::Etc "${room}/etc"; Dir::Log "${room}";`,
      'APT::Architecture "amd64"; APT::Architectures { "amd64"; "i386"; }; APT::Sandbox::User "";',
    ].join('\n'),
  );
  const env = hostEnvironment({ APT_CONFIG: join(room, 'apt.conf'), DPKG_ADMINDIR: join(room, 'dpkg') });
  await run({ program: 'apt-get', args: ['update', '-qq'], env });
  const { stdout } = await run({
    program: 'sh',
    args: ['-s'],
    stdin: await readFile(packageFile('target-bin/installed-packages.sh')),
    env: path === undefined ? env : { ...env, PATH: `${path}:${env['PATH'] ?? ''}` },
  });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

describe.skipIf(!hasApt)('the installed packages (needs apt and dpkg)', () => {
  it('have the hashes of the index: epochs, all, foreign architectures, held', async () => {
    const installed: Stanza[] = [
      { name: 'epoch', version: '1:2.0-3+b1' },
      { name: 'everywhere', architecture: 'all' },
      { name: 'lib', version: '2~rc1' },
      { name: 'lib', version: '2~rc1', architecture: 'i386' },
      { name: 'held', status: 'hold ok installed' },
      { name: 'half', status: 'install ok half-configured' },
    ];
    const index = installed.map((one, n) => ({ ...one, sha256: sum(String(n + 1)) }));
    const found = await listing(installed, { main: packages([{ name: 'other' }, ...index]) });
    expect(found).toEqual([
      `epoch\t1:2.0-3+b1\tamd64\t${sum('1')}`,
      `everywhere\t1\tall\t${sum('2')}`,
      `half\t1\tamd64\t${sum('6')}`,
      `held\t1\tamd64\t${sum('5')}`,
      `lib\t2~rc1\tamd64\t${sum('3')}`,
      `lib\t2~rc1\ti386\t${sum('4')}`,
    ]);
    expect(baseManifest(found.join('\n'), [])).toContain(`${sum('1')}  epoch_1%3a2.0-3+b1_amd64.deb\n`);
  });

  it('are not those of which only the configuration is left', async () => {
    const found = await listing([{ name: 'gone', status: 'deinstall ok config-files' }, { name: 'here' }], {
      main: packages([{ name: 'gone' }, { name: 'here' }]),
    });
    expect(found).toEqual([`here\t1\tamd64\t${sum('1')}`]);
  });

  it('have no hash in an archive that has another version, or none', async () => {
    const found = await listing([{ name: 'old', version: '1' }, { name: 'mine' }], {
      main: packages([
        { name: 'old', version: '2' },
        { name: 'older', version: '1' },
      ]),
    });
    expect(found).toEqual(['mine\t1\tamd64\t-', 'old\t1\tamd64\t-']);
    expect(() => baseManifest(found.join('\n'), [])).toThrow(
      'no hash is known of the installed packages mine 1 (amd64), old 1 (amd64)',
    );
  });

  it('are looked for in all archives; of several that agree in all but the hash, the first counts', async () => {
    const found = await listing([{ name: 'a' }, { name: 'b' }, { name: 'c' }], {
      main: packages([
        { name: 'a', sha256: sum('1') },
        { name: 'b', sha256: sum('2') },
      ]),
      more: packages([
        { name: 'b', sha256: sum('3') },
        { name: 'c', sha256: sum('4') },
      ]),
    });
    expect(found).toEqual([
      `a\t1\tamd64\t${sum('1')}`,
      `b\t1\tamd64\t${sum('2')}`,
      `c\t1\tamd64\t${sum('4')}`,
    ]);
  });

  it('are told apart from namesakes of another archive', async () => {
    const ours = { name: 'a', size: '11', maintainer: 'Jörg <j@localhost>' };
    const found = await listing([ours, { name: 'b' }], {
      main: packages([
        { ...ours, size: '10', sha256: sum('1') },
        { name: 'b', maintainer: 'Else', sha256: sum('2') },
      ]),
      more: packages([{ ...ours, maintainer: 'Else', sha256: sum('3') }]),
      ours: packages([{ ...ours, sha256: sum('4') }]),
    });
    expect(found).toEqual([`a\t1\tamd64\t${sum('4')}`, 'b\t1\tamd64\t-']);
  });

  it('are found in an index with other fields first, without an end, and without sizes', async () => {
    const odd = `Architecture: amd64\nVersion: 1\nPackage: a\nFilename: a.deb\nSize: 1\nSHA256: ${sum('7')}`;
    const found = await listing([{ name: 'a' }, { name: 'b' }], {
      main: odd,
      more: packages([{ name: 'b' }]),
    });
    expect(found).toEqual([`a\t1\tamd64\t${sum('7')}`, `b\t1\tamd64\t${sum('1')}`]);
  });

  it('are listed by an old apt too, which can not name its lists', async () => {
    const { stdout } = await run({ program: 'sh', args: ['-c', 'command -v apt-get'] });
    await mkdir(join(room, 'bin'));
    await writeFile(
      join(room, 'bin/apt-get'),
      `#!/bin/sh\ncase $1 in indextargets) echo "E: Invalid operation indextargets" >&2; exit 100 ;; esac\nexec ${stdout.trim()} "$@"\n`,
      { mode: 0o755 },
    );
    const found = await listing([{ name: 'a' }], { main: packages([{ name: 'a' }]) }, join(room, 'bin'));
    expect(found).toEqual([`a\t1\tamd64\t${sum('1')}`]);
  });

  it('fail when a list can not be read, instead of being unknown', async () => {
    await mkdir(join(room, 'bin'));
    await writeFile(join(room, 'bin/apt-get'), '#!/bin/sh\necho /nonexistent/Packages\n', { mode: 0o755 });
    await expect(listing([{ name: 'a' }], { main: packages([]) }, join(room, 'bin'))).rejects.toThrow(
      "apt's lists can't be read",
    );
  });
});
