import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Programs of the host that commands, and what they start, look for. */
const names = [
  ...[
    'apt-cache',
    'apt-get',
    'bash',
    'cat',
    'catatonit',
    'chroot',
    'cp',
    'dpkg',
    'dpkg-query',
    'du',
    'env',
    'flock',
  ],
  ...[
    'getent',
    'git',
    'gpg',
    'gpg-agent',
    'gpgconf',
    'head',
    'id',
    'ip',
    'kill',
    'ls',
    'lxc-attach',
    'lxc-start',
  ],
  ...[
    'mkdir',
    'mkfifo',
    'mktemp',
    'mmdebstrap',
    'mount',
    'mv',
    'node',
    'nsenter',
    'perl',
    'rm',
    'rmdir',
    'sed',
  ],
  ...[
    'setpriv',
    'setsid',
    'sh',
    'sleep',
    'slirp4netns',
    'ssh',
    'stat',
    'sudo',
    'tar',
    'touch',
    'umount',
    'uname',
  ],
  ...['unshare', 'xz', 'zstd'],
];

/** Puts programs of those names into a folder, which do nothing but say so; returns what tells which have run. */
export function plantDecoys(folder: string): () => string[] {
  const log = join(folder, 'decoys.log');
  writeFileSync(log, '');
  const script = `#!/bin/sh\necho "\${0##*/}" >>'${log}'\nexit 66\n`;
  for (const name of names) writeFileSync(join(folder, name), script, { mode: 0o755 });
  return () => readFileSync(log, 'utf8').split('\n').filter(Boolean);
}
