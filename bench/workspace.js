import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** A workspace with a base image, and its record, linked into it. */
export function benchWorkspace(base) {
  const workspace = mkdtempSync(join(tmpdir(), 'gitian-bench-'));
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
