import { tar, type HostProgram } from '../../core/processes/find-programs.js';
import { ip, namespacePrograms, perl, slirp4netns } from '../network-programs.js';

/** What the backend runs on the host, with a bridge and without. */
export const programs: readonly HostProgram[] = [
  { program: 'lxc-start', package: 'lxc' },
  { program: 'lxc-attach', package: 'lxc' },
  { program: 'catatonit', package: 'catatonit' },
  ...namespacePrograms,
  { program: 'nsenter', package: 'util-linux' },
  { program: 'setsid', package: 'util-linux' },
  { program: 'flock', package: 'util-linux' },
  tar,
  ip,
];

/** What gives a container a network of its own. */
export const networkPrograms: readonly HostProgram[] = [slirp4netns];

/** What our scripts need that is on every system. */
const everywhere: readonly HostProgram[] = [
  { program: 'sh', package: 'dash' },
  perl,
  { program: 'find', package: 'findutils' },
  { program: 'umount', package: 'mount' },
  ...['cat', 'cp', 'du', 'ls', 'mkdir', 'mkfifo', 'mv', 'rm', 'rmdir', 'stat', 'touch'].map((program) => ({
    program,
    package: 'coreutils',
  })),
];

/** The package that one of the backend's programs comes with. */
export function packageOf(program: string): string {
  const all = [...programs, ...networkPrograms, ...everywhere];
  return all.find((each) => each.program === program)?.package ?? program;
}
