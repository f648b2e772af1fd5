import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/base-image/installation/diagnosis.js';

const attempt = {
  image: 'base-bookworm-amd64',
  suite: 'bookworm',
  architecture: 'amd64',
  keyrings: ['/k.gpg'],
  directory: '/var/tmp',
  disk: 1024,
  programs: [{ program: 'tar2sqfs', package: 'squashfs-tools-ng' }],
};
const tail = ['E: setup failed: E: apt-get failed', 'E: mmdebstrap failed to run', 'E: system failed: 6400'];

describe('why an image could not be made', () => {
  // Lines as apt 2.6, dpkg and mmdebstrap 1.3.5 print them.
  it.each([
    [
      'a disk that the guest does not fit on',
      ['G: packing', 'E: the disk is too small: 1100 MiB are needed'],
      'base-disk-too-small',
      'the guest needs a disk of at least 1100 MiB, and --disksize is 1024',
    ],
    [
      'no name server',
      ["E: Failed to fetch http://a.test/debian/dists/bookworm/InRelease  Could not resolve 'a.test'"],
      'base-archive-unreachable',
      "the archive can't be reached: Could not resolve 'a.test'",
    ],
    [
      'nobody listens',
      [
        'Err:1 http://127.0.0.1:9/debian bookworm InRelease',
        '  Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused)',
      ],
      'base-archive-unreachable',
      "the archive can't be reached: Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused)",
    ],
    [
      'an archive without the suite',
      ["E: The repository 'http://a.test/debian bookworm Release' does not have a Release file."],
      'base-suite-absent',
      'the archive "http://a.test/debian" has no suite "bookworm"',
    ],
    [
      'an unknown key',
      [
        "W: GPG error: http://a.test x InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 871920D1991BC93C",
        "E: The repository 'http://a.test x InRelease' is not signed.",
      ],
      'base-archive-untrusted',
      'the archive is signed with a key that is not in "/k.gpg": GPG error: http://a.test x InRelease',
    ],
    [
      'an old index',
      [
        'E: Release file for http://a.test/debian/dists/sid/InRelease is expired (invalid since 16d 9h 30min 58s). Updates for this repository will not be applied.',
      ],
      'base-archive-expired',
      "the archive's index is too old or too new to be trusted: Release file for http://a.test/debian/dists/sid/InRelease is expired",
    ],
    [
      'a mirror out of step',
      [
        'E: Failed to fetch http://a.test/Packages.xz  File has unexpected size (720 != 1108). Mirror sync in progress? [IP: 192.0.2.1 80]',
      ],
      'base-archive-inconsistent',
      "the archive's indexes don't fit together: Failed to fetch http://a.test/Packages.xz  File has unexpected size",
    ],
    [
      'a package that is not there',
      ['E: Unable to locate package language-pack-en'],
      'base-package-absent',
      'the archive has no package "language-pack-en" for bookworm on amd64',
    ],
    [
      'a package that can not be had',
      ["E: Package 'pciutils' has no installation candidate"],
      'base-package-absent',
      'the archive has no package "pciutils" for bookworm on amd64',
    ],
    [
      'a full disk',
      ['tar: ./usr/bin/git: Cannot write: No space left on device', 'E: tar --extract failed: 512'],
      'disk-full',
      'the disk that holds "/var/tmp" is full',
    ],
    [
      'no room for packages',
      ["E: You don't have enough free space in /var/tmp/gitian-base.x/root/var/cache/apt/archives/."],
      'disk-full',
      'the disk that holds "/var/tmp" is full',
    ],
    [
      'packages that are gone',
      ['E: Failed to fetch http://a.test/debian/pool/g.deb  404  Not Found [IP: 192.0.2.1 80]'],
      'base-archive-inconsistent',
      "the archive's indexes don't fit together: Failed to fetch http://a.test/debian/pool/g.deb  404  Not Found",
    ],
    [
      'an archive that breaks off',
      [
        'E: Failed to fetch http://a.test/debian/pool/g.deb  Error reading from server. Remote end closed connection',
      ],
      'base-archive-unreachable',
      "the archive can't be reached: http://a.test/debian/pool/g.deb  Error reading from server",
    ],
    [
      'another program of the name',
      ['/bin/sh: 1: other: not found', 'tar2sqfs: unknown option -- -q'],
      'base-image-failed',
      'tar2sqfs: unknown option -- -q',
    ],
    [
      'something else',
      ['E: mount ./dev/null failed: 8192'],
      'base-image-failed',
      'mount ./dev/null failed: 8192',
    ],
  ])('%s', (_, lines, code, message) => {
    const error = diagnose([...lines, ...tail], attempt, 'var/x.log');
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.log).toBe('var/x.log');
    expect(error.exitCode).toBe(1);
  });

  it('suggests the release alone where only its updates are missing', () => {
    const line =
      "E: The repository 'http://a.test/debian bookworm-updates Release' does not have a Release file.";
    expect(diagnose([line], attempt, 'x').hint).toContain('--without-updates');
  });

  it('names a program that is gone, and its package', () => {
    const error = diagnose(['/bin/sh: 1: other: not found', 'pack: 11: tar2sqfs: not found'], attempt, 'x');
    expect([error.code, error.hint]).toEqual(['tool-missing', 'apt-get install squashfs-tools-ng']);
  });

  it('says that a disk is read-only', () => {
    const error = diagnose(['cp: cannot create regular file: Read-only file system'], attempt, 'x');
    expect(error.message).toBe(
      '"/var/tmp" can\'t be written: cp: cannot create regular file: Read-only file system',
    );
    expect(error.hint).toContain('findmnt');
  });

  it('says no more than it knows', () => {
    expect(diagnose(tail, attempt, 'x').message).toBe('"base-bookworm-amd64" can\'t be made');
  });
});
