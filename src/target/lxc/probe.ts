import { howToBecomeRoot } from '../../core/errors/host.js';
import { access, readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { hostRuns } from '../../core/processes/host-programs.js';
import { privilegeProblem } from '../../core/processes/privilege.js';
import { probePrograms } from '../probe-programs.js';
import type { Probe } from '../target.js';
import { networkPrograms, programs } from './needed-programs.js';

/** What containers are wanted, and where their programs are looked for. */
export interface WantedContainers {
  readonly path: string;
  readonly bridged: boolean;
  readonly architectures: readonly string[];
}

/** Whether containers can be started here; changes nothing and asks nobody. */
export async function probe({ path, bridged, architectures }: WantedContainers): Promise<Probe> {
  if (process.platform !== 'linux') {
    return { usable: false, reason: 'containers need Linux', hint: 'use another backend' };
  }
  const installed = await probePrograms(bridged ? programs : [...programs, ...networkPrograms], path);
  if (!installed.usable) return installed;
  const problem = await privilegeProblem();
  if (problem !== undefined) {
    return {
      usable: false,
      reason: `it needs root, and ${problem}`,
      hint: howToBecomeRoot(problem),
    };
  }
  const kernel = await kernelProbe();
  return kernel.usable ? architectureProbe(architectures) : kernel;
}

/** A container's programs run on the host's kernel, which may not know those of 32 bits. */
async function architectureProbe(architectures: readonly string[]): Promise<Probe> {
  for (const architecture of new Set(architectures)) {
    if (!(await hostRuns(architecture))) {
      return {
        usable: false,
        reason: `the kernel doesn't run programs for ${architecture}`,
        hint: 'build on a host whose kernel runs 32-bit programs',
      };
    }
  }
  return { usable: true };
}

async function kernelProbe(): Promise<Probe> {
  const builtIn = await readFile('/proc/filesystems', 'utf8').catch(() => '');
  const folder = `/lib/modules/${release()}`;
  const modules = await Promise.all(
    ['modules.dep', 'modules.builtin'].map(async (name) => readFile(`${folder}/${name}`, 'utf8')),
  ).catch(() => undefined);
  const missing = missingFileSystems(builtIn, modules?.join('\n'));
  if (missing.length > 0) {
    return {
      usable: false,
      reason: `the kernel has no ${missing.join(' and no ')}`,
      hint: 'use a kernel with overlayfs and squashfs',
    };
  }
  const loop = await access('/dev/loop-control').then(
    () => true,
    () => false,
  );
  return loop
    ? { usable: true }
    : { usable: false, reason: 'there are no loop devices', hint: 'modprobe loop' };
}

/** Which file systems the kernel neither has nor could load; without a list of modules nobody knows, so none. */
export function missingFileSystems(builtIn: string, modules: string | undefined): string[] {
  return ['overlay', 'squashfs'].filter((name) => {
    const there = new RegExp(`^\\S*\\t${name}$`, 'm').test(builtIn);
    const loadable = modules === undefined || new RegExp(`/${name}\\.ko`).test(modules);
    return !there && !loadable;
  });
}
