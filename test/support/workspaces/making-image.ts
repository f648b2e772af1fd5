import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import type { ImageBackend } from '../../../src/base-image/image-kinds.js';
import { executable } from '../commands.js';

// The release alone: its indexes are in step with each other on every mirror.
const args = ['--without-updates', '--distro', 'debian', '--suite', 'bookworm'];

/** Shows up in the environment of everything that make-base-vm starts. */
const mark = `gitian-test-${randomUUID()}.invalid`;

/** How make-base-vm is started. */
export interface Making {
  /** By default the image is for containers. */
  readonly backend?: ImageBackend;
  readonly further?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Words before the command's own: a program that becomes it. */
  readonly within?: readonly string[];
}

/** The words of a make-base-vm. */
export function makingWords({ backend = 'lxc', further = [] }: Making = {}): string[] {
  return [executable('make-base-vm'), '--backend', backend, ...args, ...further];
}

/** Its environment, by which {@link stillMaking} knows it. */
export function makingEnvironment(cwd: string, { env = {} }: Making = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: cwd, no_proxy: mark, ...env };
}

/** Starts make-base-vm in a folder; `stderr` is what it has said up to now. */
export function startMaking(
  cwd: string,
  making: Making = {},
): { readonly child: ChildProcess; readonly stderr: () => string } {
  const [program = '', ...words] = [...(making.within ?? []), ...makingWords(making)];
  const child = spawn(program, words, {
    cwd,
    env: makingEnvironment(cwd, making),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, stderr: () => text };
}

/** The processes that belong to a make-base-vm of this test. */
export function stillMaking(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
    } catch {
      return false;
    }
  });
}

/** What is mounted where a make-base-vm of this test works. */
export function mountsOfMaking(): string[] {
  return stillMaking().flatMap((pid) => {
    try {
      return readFileSync(`/proc/${pid}/mounts`, 'utf8').split('\n');
    } catch {
      return [];
    }
  });
}

/** What is mounted of base images that are being made. */
export function imageMountsLeft(): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes('gitian-base') || line.startsWith('gitian /tmp '));
}
