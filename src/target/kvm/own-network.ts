import { missingPrograms, programsMissing } from '../../core/processes/find-programs.js';
import { forbidsUserNamespaces } from '../../core/processes/user-namespaces.js';
import { packageFile } from '../../core/package-files.js';
import { hostEnvironment, lastLine, run } from '../../core/processes/process.js';
import type { TargetHost } from '../target.js';
import { networkPrograms, type QemuNetwork } from './qemu/qemu-network.js';

/** The network of a machine's QEMU: one of its own, or, with a warning, the host's where that isn't possible. */
export async function chooseNetwork({ settings, emit }: TargetHost): Promise<QemuNetwork> {
  const problem = await whyNone();
  if (problem === undefined) {
    const { reachesHostLoopback: withLoopback, hostPort } = settings;
    return { kind: 'own', withLoopback, hostPort };
  }
  const text = `root of the machine can reach what listens on this host, because QEMU has no network of its own: ${problem.reason}`;
  emit({ kind: 'warning', text, hint: problem.hint });
  return { kind: 'host' };
}

/** Why there can be none here. */
async function whyNone(): Promise<{ readonly reason: string; readonly hint: string } | undefined> {
  const missing = await missingPrograms(networkPrograms, hostEnvironment()['PATH'] ?? '');
  if (missing.length > 0) {
    const { message: reason, hint = '' } = programsMissing(missing);
    return { reason, hint };
  }
  const args = [packageFile('share/kvm/network.sh'), 'try'];
  const { exitCode, stderr } = await run({ program: 'sh', args, env: hostEnvironment(), check: false });
  if (exitCode === 0) return undefined;
  const forbidding = process.getuid?.() === 0 ? undefined : await forbidsUserNamespaces();
  if (forbidding !== undefined) {
    const reason = `this host lets no ordinary user make user namespaces: ${forbidding.name} is ${forbidding.value}`;
    return {
      reason,
      hint: `run it as root, or change ${forbidding.name}; docs/backends.md says what it is for`,
    };
  }
  const reason = lastLine(stderr).replace(/^\S+\.sh: \d+: /, '');
  return { reason, hint: 'docs/backends.md says what that takes, and what it is for' };
}
