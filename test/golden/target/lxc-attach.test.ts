import { describe, expect, it } from 'vitest';
import { guestArguments } from '../../../src/target/guest-command.js';
import { attachArguments } from '../../../src/target/lxc/attach.js';

const user = { uid: 1000, gid: 1000, groups: [1000, 27] };

describe('what lxc-attach is called with', () => {
  it('for a command', () => {
    const inside = guestArguments({ argv: ['ls', '-l'], userName: 'debian', user, env: { A: 'b c' } });
    expect(attachArguments('gitian-0123456789ab', inside)).toEqual([
      '-P',
      '/run/gitian',
      '-n',
      'gitian-0123456789ab',
      '--clear-env',
      '--',
      'chroot',
      '--userspec=1000:1000',
      '--groups=1000,27',
      '/',
      '/bin/sh',
      '-c',
      'umask 022; for limit in "c 0" "f unlimited" "n 1024" "s 8192" "t unlimited" "v unlimited"; do ulimit -S -$limit; done 2>/dev/null; echo 100 >/proc/self/oom_score_adj; cd -- "$0" && exec /usr/bin/env -i "$@"',
      '/home/debian',
      'HOME=/home/debian',
      'LOGNAME=debian',
      'PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games',
      'SHELL=/bin/bash',
      'USER=debian',
      'A=b c',
      'ls',
      '-l',
    ]);
  });

  it('for a program that env would take for a variable', () => {
    const inside = guestArguments({ argv: ['./a=b', 'c'], userName: 'root', user, env: {} });
    expect(inside.slice(-6)).toEqual(['/bin/sh', '-c', 'exec "$@"', 'sh', './a=b', 'c']);
  });

  it.each(['', '-u', 'A B', 'A=', '1'])('never with the variable %j', (name) => {
    const command = { argv: ['true'], userName: 'root', user, env: { [name]: '' } };
    expect(() => guestArguments(command)).toThrow(TypeError);
  });
});
