import type { HostProgram } from '../core/processes/find-programs.js';

/** What leads out of a network of a target's own. */
export const slirp4netns: HostProgram = { program: 'slirp4netns', package: 'slirp4netns' };

/** What says what may be reached from there. */
export const ip: HostProgram = { program: 'ip', package: 'iproute2' };

/** What makes namespaces, and lets a program begin in them without powers. */
export const namespacePrograms: readonly HostProgram[] = [
  { program: 'unshare', package: 'util-linux' },
  { program: 'setpriv', package: 'util-linux' },
  { program: 'mount', package: 'mount' },
];

/** What our scripts are written for, beside the shell. */
export const perl: HostProgram = { program: 'perl', package: 'perl-base' };
