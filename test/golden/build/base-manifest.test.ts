import { describe, expect, it } from 'vitest';
import { baseManifest, debName } from '../../../src/build/manifest/base-manifest.js';

const sum = (digit: string): string => digit.repeat(64);
const listing = (...lines: readonly string[]): string =>
  lines.map((line) => `${line.replaceAll(' ', '\t')}\n`).join('');

describe('the base manifest', () => {
  it('lists what is installed, sorted by bytes of the file name', () => {
    const text = listing(
      `zlib1g 1:1.2.13.dfsg-1 amd64 ${sum('1')}`,
      `libc6 2.36-9+deb12u14 i386 ${sum('2')}`,
      `libc-bin 2.36-9+deb12u14 amd64 ${sum('3')}`,
      `adduser 3.134 all ${sum('4')}`,
      `g++ 4:12.2.0-3 amd64 ${sum('5')}`,
      `g++-12 12.2.0-14+deb12u1 amd64 ${sum('6')}`,
    );
    expect(baseManifest(text, [])).toBe(
      [
        `${sum('4')}  adduser_3.134_all.deb`,
        `${sum('6')}  g++-12_12.2.0-14+deb12u1_amd64.deb`,
        `${sum('5')}  g++_4%3a12.2.0-3_amd64.deb`,
        `${sum('3')}  libc-bin_2.36-9+deb12u14_amd64.deb`,
        `${sum('2')}  libc6_2.36-9+deb12u14_i386.deb`,
        `${sum('1')}  zlib1g_1%3a1.2.13.dfsg-1_amd64.deb`,
        '',
      ].join('\n'),
    );
  });

  it('looks a superseded version up in what the base image recorded', () => {
    const recorded = [{ name: 'tzdata', version: '2024a-0', architecture: 'all', sha256: sum('a') }];
    expect(baseManifest(listing('tzdata 2024a-0 all -'), recorded)).toBe(
      `${sum('a')}  tzdata_2024a-0_all.deb\n`,
    );
  });

  it('fails with the name of every package whose hash nobody knows', () => {
    const recorded = [{ name: 'tzdata', version: '2023c-5', architecture: 'all', sha256: sum('a') }];
    expect(() => baseManifest(listing('tzdata 2024a-0 all -', 'mine 1 amd64 -'), recorded)).toThrow(
      'no hash is known of the installed packages mine 1 (amd64), tzdata 2024a-0 (all)',
    );
  });

  it.each([
    ['a missing field', 'bash 5.2 amd64'],
    ['a further field', `bash 5.2 amd64 ${sum('1')} more`],
    ['a hash that is none', 'bash 5.2 amd64 123'],
    ['a name that is none', `../bash 5.2 amd64 ${sum('1')}`],
  ])('refuses a listing with %s', (_, line) => {
    expect(() => baseManifest(listing(line), [])).toThrow("the target's list of installed packages");
  });

  it("names a file as apt's cache does", () => {
    expect(debName({ name: 'a', version: '1:2~rc1+x_y%', architecture: 'all' })).toBe(
      'a_1%3a2~rc1+x%5fy%25_all.deb',
    );
  });
});
