import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageFile } from '../../../src/core/package-files.js';
import { until } from '../../support/until.js';

/** Programs that do nothing; the one that signs waits. */
const programs = {
  'make-base-vm': ':',
  gbuild: ':',
  gpg: ':',
  gpgconf: 'echo "$*" >>"$TMPDIR/../gpgconf"',
  gsign: ': >"$TMPDIR/../signing"; exec sleep 100',
};

describe('quickstart', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gitian-quickstart-'));
    for (const name of ['bin', 'share/setup', 'share/examples', 'temporary'])
      mkdirSync(at(name), { recursive: true });
    for (const name of ['share/setup/quickstart.sh', 'share/examples/hello.yml'])
      copyFileSync(packageFile(name), at(name));
    writeFileSync(
      at('share/setup/host-packages.sh'),
      'container_needs() { :; }\ninstall_listed() { cat; }\ninstall_project() { :; }\n',
    );
    writeFileSync(at('share/setup/hello.sh'), 'fetch_hello() { :; }\n');
    for (const [name, script] of Object.entries(programs))
      writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('leaves no GnuPG and nothing temporary when %s ends it', async (signal, exitCode) => {
    const script = spawn('sh', [at('share/setup/quickstart.sh')], {
      stdio: 'ignore',
      env: { ...process.env, TMPDIR: at('temporary') },
      // As at a terminal the programs that it runs are told too, and nobody else is.
      detached: true,
    });
    const ended = once(script, 'exit');
    await until(() => existsSync(at('signing')), Boolean);
    process.kill(-(script.pid ?? 0), signal);
    expect(await ended).toEqual([exitCode, null]);
    expect(readdirSync(at('temporary'))).toEqual([]);
    expect(readFileSync(at('gpgconf'), 'utf8')).toBe('--kill all\n');
  });
});
