import { describe, it } from 'vitest';
import { attackedInstallation, type Attack } from '../../../support/updater/attacks.js';

const here = attackedInstallation();

const names: readonly Attack[] = [
  [
    'a path out of the folder',
    () => [...here.members(), { name: '../evil', data: 'x' }],
    /"\.\.\/evil" leads out of its folder/,
  ],
  [
    'one from further inside',
    () => [...here.members(), { name: 'bin/../../evil', data: 'x' }],
    /leads out of its folder/,
  ],
  [
    'an absolute path',
    () => [...here.members(), { name: '/etc/evil', data: 'x' }],
    /"\/etc\/evil" is absolute/,
  ],
  ['a path with a drive', () => [...here.members(), { name: 'C:/evil', data: 'x' }], /is absolute/],
  ['backslashes', () => [...here.members(), { name: '..\\evil', data: 'x' }], /has a backslash/],
  ['a dot step', () => [...here.members(), { name: './evil', data: 'x' }], /leads out of its folder/],
  ['an empty step', () => [...here.members(), { name: 'a//b', data: 'x' }], /has an empty step/],
  ['no name', () => [...here.members(), { name: '', data: 'x' }], /is empty/],
  ['a newline in a name', () => [...here.members(), { name: 'a\nb', data: 'x' }], /has a control character/],
  [
    'a NUL in a name',
    () => [...here.members(), { name: 'README\0.txt', data: 'x' }],
    /has a control character/,
  ],
  [
    'an escape sequence in a name',
    () => [...here.members(), { name: '\x1b[2Jx', data: 'x' }],
    /has a control character/,
  ],
  [
    'an escape sequence of one character in a name',
    () => [...here.members(), { name: 'a\u009b2Jb', data: 'x' }],
    /has a control character/,
  ],
  [
    'a name that reads backwards',
    () => [...here.members(), { name: 'txt.\u202eexe', data: 'x' }],
    /has a control character/,
  ],
  [
    'bytes that are no text',
    () => [...here.members(), { name: Buffer.from([0x61, 0xff, 0x62]), data: 'x' }],
    /is not UTF-8/,
  ],
  [
    'a step of 256 bytes',
    () => [...here.members(), { name: 'x'.repeat(256), data: 'x' }],
    /longer than 255 bytes/,
  ],
  [
    'a path of 5000 bytes',
    () => [...here.members(), { name: 'x/'.repeat(2500) + 'x', data: 'x' }],
    /longer than 4000 bytes/,
  ],
  [
    "the updater's own manifest",
    () => [...here.members(), { name: '.gitian-manifest', data: 'x' }],
    /gitian-updater's own/,
  ],
  [
    "the updater's own folder",
    () => [...here.members(), { name: '.Gitian-Update/journal.json', data: 'x' }],
    /gitian-updater's own/,
  ],
  [
    'a link',
    () => [...here.members(), { name: 'link', data: '/etc/passwd', mode: 0o120777 }],
    /"link" is a link/,
  ],
  [
    'a link where a file of it goes',
    () => [{ name: 'bin', data: '/tmp', mode: 0o120777 }, ...here.members()],
    /"bin" is a link/,
  ],
  ['a character device', () => [...here.members(), { name: 'dev', mode: 0o020666 }], /is a device/],
  ['a pipe', () => [...here.members(), { name: 'pipe', mode: 0o010666 }], /is a device/],
  ['a socket', () => [...here.members(), { name: 'socket', mode: 0o140666 }], /is a device/],
  ['a name twice', () => [...here.members(), { name: 'README', data: 'other' }], /"README" is there twice/],
  [
    'names that differ in case',
    () => [...here.members(), { name: 'readme', data: 'other' }],
    /differs from "README" in case only/,
  ],
  [
    'folders that differ in case',
    () => [...here.members(), { name: 'BIN/other', data: 'x' }],
    /differs from "bin" in case only/,
  ],
  [
    'names that differ in form',
    () => [...here.members(), { name: 'é', data: 'x' }, { name: 'e\u0301', data: 'y' }],
    /in case only/,
  ],
  [
    'a file that is a folder',
    () => [...here.members(), { name: 'README/inside', data: 'x' }],
    /is a file and a folder/,
  ],
];

describe('a package with a name or a kind of file such as', () => {
  it.each(names)('%s: refused', async (...attack) => here.refuses(attack));
});
