import { readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { parseBaseRecord } from '../../src/base-record/read.js';
import { parseDefaults } from '../../src/base-image/archives/default-archives.js';
import { parseIndexTargets, parseUris, signedBy } from '../../src/base-image/archives/host-archives.js';
import { parseOsRelease } from '../../src/base-image/host-system.js';
import { InstallationFollower } from '../../src/base-image/installation/installation-progress.js';
import { filterNames, parseConfig } from '../../src/build/git/clone.js';
import { parseRefs } from '../../src/build/git/revision.js';
import { parseStatus } from '../../src/build/git/status.js';
import { isLocalUrl, urlProblem, withoutSecrets } from '../../src/build/git/url.js';
import { baseManifest } from '../../src/build/manifest/base-manifest.js';
import { parseEntry } from '../../src/packages/cache/entry.js';
import { urlFacts } from '../../src/packages/cache/url-facts.js';
import { parseLayerRecord } from '../../src/packages/layers/layer-record.js';
import { releaseUrls } from '../../src/packages/layers/release-urls.js';
import { parseStat } from '../../src/core/processes/process-identity.js';
import { parseState } from '../../src/target/state.js';
import { parseForwarding } from '../../src/target/virtualbox/vboxmanage/forwarding.js';
import { parseMachineInfo } from '../../src/target/virtualbox/vboxmanage/machine-info.js';
import { parseHolder } from '../../src/updater/install/holder.js';
import { parseManifest } from '../../src/updater/install/installed-manifest.js';
import { parseJournal } from '../../src/updater/install/journal.js';
import { pathProblem } from '../../src/updater/package/paths.js';
import { parseWaiting } from '../../src/updater/waiting.js';
import { fuzz } from './support/fuzz.js';

const sum = 'a'.repeat(64);
const texts = (...all: string[]): Buffer[] => all.map((text) => Buffer.from(text));
const json = (...all: object[]): Buffer[] => texts(...all.map((value) => JSON.stringify(value)));
const jsonPieces = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  'null',
  'true',
  '-1',
  '1e999',
  '"__proto__":',
  '"\\ud800"',
  '[[[[[[[[',
  '../',
  '/',
];

describe('what package managers print', () => {
  fuzz('what is installed in a guest', {
    seeds: texts(`adduser\t3.134\tall\t${sum}\nlibc6\t2:2.36-9+deb12u4\tamd64\t-\n`),
    pieces: ['\t', '\n', '-', sum, '_', ':', '%', '\0', 'é'],
    read: (bytes) => {
      const recorded = [{ name: 'libc6', version: '2:2.36-9+deb12u4', architecture: 'amd64', sha256: sum }];
      const manifest = baseManifest(bytes.toString('utf8'), recorded);
      // Whatever the guest said, lines are lines.
      if (
        !/^(?:[0-9a-f]{64} {2}[A-Za-z0-9.+~%-]+_[A-Za-z0-9.+~%-]+_[A-Za-z0-9.+~%-]+\.deb\n)*$/.test(manifest)
      )
        throw new Error('a line is none');
    },
  });

  fuzz("the host's archives", {
    seeds: texts(
      `'http://example.org/debian/dists/bookworm/main/binary-amd64/Packages.xz' example.org_debian_Packages 0\n`,
      'http://example.org/debian/\tbookworm\tmain\tDebian\t/etc/apt/sources.list:1\n',
      'Types: deb\nURIs: http://example.org\nSigned-By: /usr/share/keyrings/x.gpg\n /y.asc\n\nTypes: deb\n',
      'deb [arch=amd64 signed-by=/x.gpg,/y.gpg] http://example.org bookworm main\n',
    ),
    pieces: [
      "'",
      '/dists/',
      '/binary-',
      '/Packages',
      '\t',
      '\n',
      '\n\n',
      'Signed-By:',
      '[',
      ']',
      ' ',
      '#',
      '/',
    ],
    read: (bytes) => {
      const text = bytes.toString('utf8');
      parseUris(text);
      parseIndexTargets(text);
      parseDefaults('debian', 'bookworm', text);
      releaseUrls(text.split('\n'));
      for (const path of ['a.sources', 'a.list']) for (const index of [0, 1, 2]) signedBy(path, text, index);
    },
  });

  fuzz('os-release', {
    seeds: [
      readFileSync('/etc/os-release'),
      ...texts('ID=debian\nVERSION_CODENAME="bookworm"\nID_LIKE=\'a b\'\n'),
    ],
    pieces: ['ID=', '"', "'", '\\', '\n', '$(x)', '='],
    read: (bytes) => parseOsRelease(bytes.toString('utf8')),
  });

  fuzz('the progress of an installation', {
    seeds: texts(
      'G: installing\nGet:7 http://x bookworm/main amd64 adduser all 1 [1 kB]\n0 upgraded, 3 newly installed, 0\nUnpacking a\nSetting up a\n',
    ),
    pieces: [
      'G: ',
      '\n',
      'Get:',
      'Unpacking ',
      'Setting up ',
      ' 99999999999999999999 newly installed,',
      '\r',
      ' ',
    ],
    read: (bytes) => {
      const follower = new InstallationFollower();
      for (let at = 0; at < bytes.length; at += 7) follower.take(bytes.subarray(at, at + 7));
    },
  });

  fuzz('URLs of archives', {
    seeds: texts(
      `http://example.org/debian/pool/main/g/g++/g++_1_amd64.deb`,
      `http://u:p@example.org/dists/x/by-hash/SHA256/${sum}?q`,
    ),
    pieces: ['%2b', '%', '%00', '..', '/', '?', '#', '@', ':', '[::1]', '\\', 'é'],
    expects: (error) =>
      error instanceof TypeError && (error as NodeJS.ErrnoException).code === 'ERR_INVALID_URL',
    read: (bytes) => {
      const text = bytes.toString('utf8');
      // Others are refused before they are read.
      if (!/^https?:$/.test(new URL(text).protocol)) return;
      const { url } = urlFacts(text);
      if (urlFacts(url).url !== url) throw new Error('there are two ways to write it');
    },
  });
});

describe('what other programs print', () => {
  fuzz('git', {
    seeds: texts(
      `# branch.oid ${'b'.repeat(40)}\0# branch.head (detached)\x001 .M N... 100644 100644 100644 x y a b\0? c\0! d\0u UU N... 1 2 3 4 x y z e\0`,
      `${'b'.repeat(40)}\trefs/tags/v1\n${'c'.repeat(40)}\trefs/tags/v1^{}\n`,
      'filter.lfs.smudge\ngit-lfs\0core.bare\0a.b\nc\nd\0',
    ),
    pieces: ['\0', '\n', '# ', '1 ', 'u ', '? ', 'S.MU', 'refs/', '^{}', 'filter.', '.', 'b'.repeat(40)],
    read: (bytes) => {
      const text = bytes.toString('utf8');
      parseStatus(text);
      parseRefs(text);
      filterNames([...parseConfig(text).keys()]);
    },
  });

  fuzz("remotes' URLs", {
    seeds: texts(
      'https://u:p@example.org/x.git',
      'git@example.org:x',
      'file:///x',
      '../x',
      'ext::sh -c x',
      '-u',
    ),
    pieces: ['::', '://', '@', ':', '/', '-', '%0a', '\n', '[', ']', 'ssh', '\\'],
    read: (bytes) => {
      const text = bytes.toString('utf8');
      const problem = urlProblem(text);
      isLocalUrl(text);
      withoutSecrets(text);
      if (problem === undefined && /^-|^[\w+.-]*::|\n/.test(text))
        throw new Error('git would take it for something else');
    },
  });

  fuzz('VBoxManage and the kernel', {
    seeds: texts(
      'name="x"\nUUID="1-2"\nVMState="poweroff"\nmemory=1024\ncpus=2\nnic1="nat"\nForwarding(0)="guestssh,tcp,127.0.0.1,2223,,22"\nSnapshotName="a"\nSnapshotName-1="b\\"c"\n',
      '123 (a) b) S 1 123 123 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 99999 1 1 184 0\n',
    ),
    pieces: ['"', '=', '\n', '\\', ',', '(', ')', 'Forwarding(', 'SnapshotName-1-1', ' '],
    read: (bytes) => {
      const text = bytes.toString('utf8');
      parseMachineInfo(text);
      parseForwarding(text);
      parseStat(text);
    },
  });
});

describe('files of state', () => {
  fuzz('of targets, layers, the cache and base images', {
    seeds: json(
      {
        backend: 'lxc',
        spec: { suite: 'bookworm', architecture: 'amd64', distro: 'debian', memory: 1, processors: 1 },
        process: { pid: 1, startTime: '2', bootId: 'x' },
        since: '2020-01-01T00:00:00Z',
        details: {},
      },
      { format: 1, recipe: 'x', archives: ['a'], sealed: 'x', bytes: 1, manifestSha256: sum, boot: 'x' },
      { url: 'http://example.org', sha256: sum, bytes: 1, etag: 'x' },
      {
        format: 1,
        distro: 'debian',
        suite: 'bookworm',
        packages: [{ name: 'a', version: '1', architecture: 'all', file: 'x', sha256: sum }],
      },
      { pid: 1, startTime: '1', bootId: 'x' },
    ),
    pieces: jsonPieces,
    read: (bytes) => {
      const text = bytes.toString('utf8');
      parseState(text);
      parseLayerRecord(text);
      parseEntry(text);
      parseHolder(text);
      parseBaseRecord(text, 'x');
    },
  });

  fuzz('of the updater', {
    seeds: [
      ...json({ format: 1, destination: '/x', removed: ['a'], moves: ['b/c'], manifest: 'name: x\n' }),
      ...texts(
        `name: "x"\noptionals:\n- "a"\nrelease: "1.0"\nsums:\n  "b/c": "${sum}"\n`,
        'release: "1.0"\ntime: 1700000000\n',
      ),
    ],
    pieces: [...jsonPieces, 'time: ', '.inf', '.nan', 'sums:\n', '"../x": ', 'C:', '\\', '\0'],
    read: (bytes) => {
      const journal = parseJournal(bytes.toString('utf8'));
      const manifest = parseManifest(bytes, 'x');
      const waiting = parseWaiting(bytes);
      const paths = [
        ...(journal?.removed ?? []),
        ...(journal?.moves ?? []),
        ...(typeof manifest === 'string' ? [] : manifest.sums.keys()),
      ];
      if (paths.some((path) => pathProblem(path) !== undefined)) throw new Error('a path leads elsewhere');
      if (waiting !== undefined && !Number.isFinite(waiting.since)) throw new Error('it would wait for ever');
    },
  });
});
