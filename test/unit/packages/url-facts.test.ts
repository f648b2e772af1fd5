import { describe, expect, it } from 'vitest';
import { urlFacts } from '../../../src/packages/cache/url-facts.js';

const at = (path: string, credentials?: string): ReturnType<typeof urlFacts> =>
  urlFacts(`http://a.example/debian/${path}`, credentials);
const hex = 'ab'.repeat(32);

describe('what a URL says of its file', () => {
  it.each([
    ['pool/main/h/hello/hello_2.10-3_amd64.deb', true],
    ['pool/main/g/gcc/g%2b%2b_12_amd64.deb', true],
    ['pool/main/d/debian-installer/x.udeb', true],
    ['pool/main/h/hello/hello_2.10.orig.tar.gz', true],
    [`dists/bookworm/main/binary-amd64/by-hash/SHA256/${hex}`, true],
    [`dists/bookworm/main/binary-amd64/by-hash/SHA512/${hex}${hex}`, true],
    ['dists/bookworm/InRelease', false],
    ['dists/bookworm/Release.gpg', false],
    ['dists/bookworm/main/binary-amd64/Packages.xz', false],
    ['pool/main/index.html', false],
    ['hello_2.10-3_amd64.deb', false],
    ['pool/main/h/hello_1_amd64.deb?token=1', false],
    [`dists/bookworm/by-hash/SHA256/${hex.slice(2)}`, false],
    [`dists/bookworm/by-hash/MD5Sum/${hex}`, false],
  ])('%s never changes: %s', (path, lasting) => {
    expect(at(path).lasting).toBe(lasting);
  });

  it('promises a digest where the file is named by one', () => {
    expect(at(`by-hash/SHA256/${hex.toUpperCase()}`).promised).toEqual({ algorithm: 'sha256', hex });
    expect(at(`by-hash/SHA512/${hex}${hex}`).promised?.algorithm).toBe('sha512');
    expect(at('pool/a.deb').promised).toBeUndefined();
  });

  it.each([
    ['pool/g/g++_1.deb', 'pool/g/g%2b%2b_1.deb'],
    ['pool/a~b_1.deb', 'pool/a%7Eb_1.deb'],
    ['pool/a_1%3a2.deb', 'pool/a_1:2.deb'],
  ])('%s is the same as %s', (one, other) => {
    expect(at(one)).toEqual(at(other));
  });

  it('is the same with another port, other letters and credentials in the URL, and other files are not', () => {
    const one = urlFacts('http://a.example/pool/a.deb');
    expect(urlFacts('http://u:p@A.example:80/pool/a.deb#x')).toEqual(one);
    expect(urlFacts('http://a.example:81/pool/a.deb').name).not.toBe(one.name);
    expect(urlFacts('http://a.example/pool/a.deb', 'Basic x').name).not.toBe(one.name);
  });

  it('has one file for all mirrors, where its name is the same at all of them', () => {
    const mirror = (path: string): string => urlFacts(`http://b.example/mirrors/debian/${path}`).file;
    for (const path of ['pool/main/a/a_1_amd64.deb', `dists/x/main/by-hash/SHA256/${hex}`]) {
      expect(mirror(path)).toBe(at(path).file);
    }
    expect(mirror('dists/bookworm/InRelease')).not.toBe(at('dists/bookworm/InRelease').file);
  });

  it('takes a path that is no text as it is', () => {
    expect(at('pool/%ff.deb').url).toBe('http://a.example/debian/pool/%ff.deb');
  });

  it('takes a path with many pools in it, and without a name behind the last, for what it is', () => {
    const before = process.cpuUsage();
    expect(at('pool/me.org/'.repeat(20_000)).lasting).toBe(false);
    expect(at('pool/.deb').lasting).toBe(false);
    // When every pool was tried it took seconds.
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });
});
