import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportToYaml, type Report } from '../../../src/assertion/report.js';
import { executable, type Outcome } from '../commands.js';
import { sha256 } from '../digest.js';

/** A workspace with descriptors and results as gbuild leaves them, to sign and verify in. */
export class SigningWorkspace implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'gitian-sign-'));

  /** Writes `<name>.yml`, with `more` in it, and `result/<name>-res.yml`; returns the descriptor's file name. */
  result(
    name: string,
    outputs: Readonly<Record<string, string>>,
    { more = '', ...other }: Partial<Report> & { readonly more?: string } = {},
  ): string {
    const text = [
      `name: "${name}"`,
      'suites: [bookworm]',
      'architectures: [amd64]',
      'packages: []',
      'remotes: []',
      'files: []',
      'reference_datetime: "2024-01-01 00:00:00"',
      `${more}script: |`,
      '  true',
      '',
    ].join('\n');
    const descriptor = `${name}.yml`;
    writeFileSync(join(this.path, descriptor), text);
    mkdirSync(join(this.path, 'result'), { recursive: true });
    const lines = Object.entries(outputs).map(([path, content]) => `${sha256(content)}  ${path}\n`);
    const report: Report = {
      outManifest: lines.join(''),
      inManifest: `${sha256(text)}  ${name}-desc.yml\n`,
      baseManifests: new Map([['bookworm-amd64', `${sha256('gcc')}  gcc_4%3a12.2.0-3_amd64.deb\n`]]),
      cacheCommonManifest: '',
      cachePackageManifest: '',
      ...other,
    };
    writeFileSync(join(this.path, 'result', `${name}-res.yml`), reportToYaml(report));
    return descriptor;
  }

  /** Runs gsign or gverify here. */
  run(command: 'gsign' | 'gverify', args: readonly string[], env: Readonly<Record<string, string>>): Outcome {
    const { status, stdout, stderr } = spawnSync(executable(command), args, {
      cwd: this.path,
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { exitCode: status, stdout, stderr };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
