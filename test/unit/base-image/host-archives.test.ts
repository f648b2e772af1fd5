import { describe, expect, it } from 'vitest';
import { chooseSettings } from '../../../src/base-image/archives/apt-settings.js';
import { parseDefaults } from '../../../src/base-image/archives/default-archives.js';
import {
  chooseArchives,
  parseIndexTargets,
  parseUris,
  signedBy,
} from '../../../src/base-image/archives/host-archives.js';

const index = (url: string, release: string, component = 'main') => ({ url, release, component });

describe("the host's archives", () => {
  it('are read from what apt would fetch', () => {
    const output = [
      "'http://a.test/debian/dists/bookworm/InRelease' a.test_debian_dists_bookworm_InRelease 0 ",
      "'http://a.test/debian/dists/bookworm/main/binary-amd64/Packages.xz' a.test_x 0 ",
      "'http://a.test/debian//dists/buster/updates/contrib/binary-i386/Packages.gz' a.test_y 0 ",
      "'http://a.test/debian/dists/bookworm/main/source/Sources.xz' a.test_z 0 ",
      "'mirror+file:/etc/apt/mirrors.txt/dists/bookworm/main/binary-amd64/Packages.xz' m 0 ",
      '',
    ].join('\n');
    expect(parseUris(output)).toEqual([
      index('http://a.test/debian', 'bookworm'),
      index('http://a.test/debian', 'buster/updates', 'contrib'),
      index('mirror+file:/etc/apt/mirrors.txt', 'bookworm'),
    ]);
  });

  it('are known by their origin where apt has fetched it', () => {
    const targets = parseIndexTargets(
      'http://a.test/x/\tbookworm\tmain\tDebian\t/etc/apt/sources.list:2\n' +
        'http://b.test/debian/\tbookworm\tmain\tSomebody\t/etc/apt/sources.list:3\n\n',
    );
    const configured = [
      index('http://b.test/debian', 'bookworm'),
      index('http://a.test/x', 'bookworm-updates'),
      index('http://a.test/x', 'bookworm'),
    ];
    expect(chooseArchives('debian', configured, targets)).toEqual({
      main: 'http://a.test/x',
      security: undefined,
    });
  });

  it('are known by their address and component where apt has fetched nothing', () => {
    const configured = [
      index('http://vendor.test/linux', 'bookworm'),
      index('http://vendor.test/debian', 'bookworm', 'stable'),
      index('cdrom:[Debian]/', 'bookworm'),
      index('http://sec.test/debian-security', 'bookworm-security'),
      index('http://a.test/debian', 'bookworm-updates'),
      index('http://a.test/debian', 'bookworm'),
    ];
    expect(chooseArchives('debian', configured, [])).toEqual({
      main: 'http://a.test/debian',
      security: 'http://sec.test/debian-security',
    });
    expect(chooseArchives('ubuntu', configured, [])).toEqual({ main: undefined, security: undefined });
  });

  it('are found for Ubuntu, whose security updates may lie in the same archive', () => {
    const configured = [
      index('http://a.test/ubuntu', 'jammy'),
      index('http://a.test/ubuntu', 'jammy', 'universe'),
      index('http://a.test/ubuntu', 'jammy-security'),
    ];
    expect(chooseArchives('ubuntu', configured, [])).toEqual({
      main: 'http://a.test/ubuntu',
      security: 'http://a.test/ubuntu',
    });
  });
});

describe('the keyrings that an apt entry names', () => {
  it.each([
    ['/x.list', 'deb [arch=amd64 signed-by=/a.gpg,/b.gpg] http://a.test x main\n', 1, ['/a.gpg', '/b.gpg']],
    ['/x.list', '# c\ndeb http://a.test x main\n', 2, []],
    ['/x.list', 'deb [signed-by=AAAA] http://a.test x main\n', 1, []],
    [
      '/x.sources',
      'Types: deb\nSigned-By: /a.gpg\n\nTypes: deb\nSigned-By: /b.gpg /c.gpg\n',
      2,
      ['/b.gpg', '/c.gpg'],
    ],
    [
      '/x.sources',
      '# c\n\nTypes: deb\n# Signed-By: /no.gpg\nSigned-By:\n /a.gpg\n /b.gpg\nSuites: x\n',
      1,
      ['/a.gpg', '/b.gpg'],
    ],
    ['/x.sources', 'Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQ/x\n', 1, []],
    ['/x.sources', 'Types: deb\n', 7, []],
  ])('%s %j, entry %i', (path, text, entry, expected) => {
    expect(signedBy(path, text, entry)).toEqual(expected);
  });
});

describe('what mmdebstrap itself takes', () => {
  it('is read from the lines that it wrote', () => {
    const said =
      'deb [signed-by="/k.gpg"] http://a.test/debian buster main\n' +
      'deb [signed-by="/k.gpg"] http://a.test/debian buster-updates main\n' +
      'deb [signed-by="/k.gpg"] http://s.test/debian-security buster/updates main\n' +
      'E: command failed: cat\n';
    expect(parseDefaults('debian', 'buster', said)).toEqual({
      main: 'http://a.test/debian',
      security: 'http://s.test/debian-security',
    });
  });

  it("isn't believed of a suite of Ubuntu that mmdebstrap takes for Debian's", () => {
    expect(parseDefaults('ubuntu', 'newest', 'deb http://a.test/debian newest main\n')).toEqual({});
  });

  it('is nothing when mmdebstrap fails', () => {
    expect(parseDefaults('debian', 'sid', 'E: no\n')).toEqual({ main: undefined, security: undefined });
  });
});

describe("the host's apt settings", () => {
  it('are those for the network and for dates, and no others', () => {
    const dump = [
      'Acquire "";',
      'Acquire::http "";',
      'Acquire::http::Proxy "http://proxy.test:3128";',
      'Acquire::http::Proxy::a.test "DIRECT";',
      'Acquire::https::Verify-Peer "true";',
      'Acquire::Retries "3";',
      'Acquire::GzipIndexes "true";',
      'Acquire::AllowInsecureRepositories "1";',
      'Acquire::Languages:: "none";',
      'Acquire::Check-Valid-Until "false";',
      'Acquire::Check-Date "false";',
      '',
    ].join('\n');
    expect(chooseSettings(dump)).toEqual({
      network: [
        'Acquire::http::Proxy "http://proxy.test:3128";',
        'Acquire::http::Proxy::a.test "DIRECT";',
        'Acquire::https::Verify-Peer "true";',
        'Acquire::Retries "3";',
      ],
      dates: ['Acquire::Check-Valid-Until "false";', 'Acquire::Check-Date "false";'],
    });
  });
});
