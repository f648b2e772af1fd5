import { readFile, stat } from 'node:fs/promises';
import { findBaseRecord } from '../../../base-record/read.js';
import { sha256 } from '../../../core/files/hashing.js';
import { suiteArch } from '../../../core/workspace.js';
import type { BaseFiles } from '../base-files.js';
import { qemuArguments } from '../qemu/qemu-arguments.js';
import type { Startable } from '../qemu/startable.js';

/** Changes when states of an earlier version of this program can't be used any more. */
const format = 3;

/** The name of a saved machine: changes with everything that it depends on. */
export async function stateName({ files, qemu, acceleration, spec }: Startable): Promise<string> {
  // Where files are is no part of it.
  const args = qemuArguments({
    acceleration,
    memory: spec.memory,
    processors: spec.processors,
    hasSandbox: qemu.hasSandbox,
    ...{ kernel: '', initrd: '', disk: '', layer: undefined, base: '' },
    memoryFile: { path: '', shared: false },
    resumes: true,
    sockets: { starter: '', control: '', wake: '' },
  });
  const base = await baseIdentity(files);
  // Where the guest sees the host's processor, a state fits no other.
  const processor = acceleration === 'tcg' ? '' : await hostProcessor();
  const facts = JSON.stringify({
    format,
    base,
    program: qemu.program,
    version: qemu.version,
    processor,
    args,
  });
  return `kvm-${suiteArch(spec)}-${sha256(facts).slice(0, 20)}`;
}

/** What the files of a base image are: their recorded digests, or, without a record that fits, their sizes and times. */
async function baseIdentity(files: BaseFiles): Promise<string[]> {
  const record = await findBaseRecord(files.image);
  const digests = [record?.image.sha256, record?.machine?.kernel?.sha256, record?.machine?.initrd?.sha256];
  return Promise.all(
    [files.image, files.kernel, files.initrd].map(async (path, index) => {
      const { size, mtimeMs, ino } = await stat(path);
      const digest = digests[index];
      const fits = digest !== undefined && (index > 0 || record?.image.bytes === size);
      return fits ? `${digest} ${String(size)}` : `${String(ino)} ${String(size)} ${String(mtimeMs)}`;
    }),
  );
}

/** The processor as `/proc/cpuinfo` describes it. */
async function hostProcessor(): Promise<string> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  return ['vendor_id', 'cpu family', 'model', 'stepping', 'microcode', 'flags']
    .map((name) => new RegExp(`^${name}\\s*:.*$`, 'm').exec(text)?.[0] ?? '')
    .join('\n');
}
