import { describe, expect, it } from 'vitest';
import { findGuestUser, isUserName } from '../../../src/target/guest-users.js';

const passwd = [
  'root:x:0:0:root:/root:/bin/bash',
  'broken',
  'huge:x:4294967295:1::/:/bin/sh',
  'bad:x:-1:1::/:/bin/sh',
  'debian:x:1000:1001:Debian,,,:/home/debian:/bin/bash',
  'debian:x:0:0:again:/root:/bin/bash',
  '',
].join('\n');
const group = [
  'root:x:0:',
  'audio:x:29:other,debian',
  'sudo:x:27:debian',
  'bad:x:y:debian',
  'debian:x:1001:debian',
  'x',
].join('\n');

describe('findGuestUser', () => {
  it('finds numbers and groups, the primary one first and each once; the first line counts', () => {
    expect(findGuestUser('debian', passwd, group)).toEqual({ uid: 1000, gid: 1001, groups: [1001, 29, 27] });
    expect(findGuestUser('root', passwd, group)).toEqual({ uid: 0, gid: 0, groups: [0] });
  });

  it.each(['nobody', '', 'huge', 'bad', 'broken'])('does not find %j', (name) => {
    expect(findGuestUser(name, passwd, group)).toBeUndefined();
  });
});

describe('isUserName', () => {
  it.each(['debian', '_apt', 'www-data', 'a.b', 'A1'])('takes %j', (name) => {
    expect(isUserName(name)).toBe(true);
  });
  it.each(['', '0', '1000', '-u', 'a b', 'a:b', 'a\nb', '../x', 'x'.repeat(33)])('refuses %j', (name) => {
    expect(isUserName(name)).toBe(false);
  });
});
