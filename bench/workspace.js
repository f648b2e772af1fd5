import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/** The base image that a benchmark was given, and its further arguments; without one the benchmark says how it is called. */
export function benchArguments(more, ...defaults) {
  const [, script, base, ...given] = process.argv;
  if (base === undefined) {
    console.error(`usage: node bench/${basename(script)} <base image> ${more}`);
    process.exit(2);
  }
  return [
    resolve(base),
    ...defaults.map((one, index) => given[index] ?? one),
    ...given.slice(defaults.length),
  ];
}

/** A workspace with a base image, and its record, linked into it; what the commands keep for later is kept there, too. */
export function benchWorkspace(base) {
  const workspace = mkdtempSync(join(tmpdir(), 'gitian-bench-'));
  process.env.GITIAN_CACHE = join(workspace, 'user-cache');
  mkdirSync(join(workspace, 'inputs'));
  for (const ending of ['', '.json']) {
    if (existsSync(base + ending)) symlinkSync(base + ending, join(workspace, basename(base) + ending));
  }
  return workspace;
}

/** Writes a descriptor for the base image's configuration; returns its file name. */
export function writeDescriptor(workspace, base, { name, packages = '', script }) {
  const [, suite, architecture] = basename(base).split('-');
  writeFileSync(
    join(workspace, `${name}.yml`),
    `name: ${name}
distro: debian
suites: [${suite}]
architectures: [${architecture}]
packages: [${packages}]
remotes: []
files: []
reference_datetime: '2020-01-01 00:00:00'
script: |
  ${script}
`,
  );
  return `${name}.yml`;
}

/** A workspace with a machine's base image and all that belongs to it. */
export function machineWorkspace(image) {
  const workspace = benchWorkspace(image);
  const stem = image.slice(0, -'.qcow2'.length);
  for (const ending of ['.vmlinuz', '.initrd']) {
    symlinkSync(stem + ending, join(workspace, basename(stem) + ending));
  }
  mkdirSync(join(workspace, 'var'));
  for (const key of ['id_rsa', 'id_rsa.pub']) {
    symlinkSync(join(dirname(image), 'var', key), join(workspace, 'var', key));
  }
  return workspace;
}
