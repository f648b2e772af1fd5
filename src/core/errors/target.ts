import { defineErrors, entry } from './define.js';

/** Targets and the backends that run them. */
export const targetErrors = defineErrors({
  'backend-unusable': entry(
    2,
    (p: { backend: string; reason: string; hint: string }) =>
      `the ${p.backend} backend can't be used here: ${p.reason}`,
    (p) => p.hint,
  ),
  'backend-unknown': entry(
    2,
    (p: { asked: string }) => `${p.asked} asks for a backend that this version doesn't have`,
    () => '--backend lxc',
  ),
  'base-image-missing': entry(
    2,
    (p: { path: string; command: string }) => `there is no base image "${p.path}"`,
    (p) => p.command,
  ),
  'target-not-prepared': entry(
    2,
    (p: { target: string; command: string }) => `there is no target "${p.target}" to start`,
    (p) => p.command,
  ),
  'target-not-running': entry<object>(
    2,
    () => 'no target is running in this workspace',
    () => 'start-target 64 <suite>-amd64',
  ),
  'target-half-named': entry(
    2,
    (p: { given: string; missing: string }) =>
      `no target is running in this workspace, and ${p.given} names one only with ${p.missing} beside it`,
    (p) => (p.missing === 'LXC_ARCH' ? 'LXC_ARCH=amd64' : `${p.missing}=<suite>`),
  ),
  'target-running': entry(
    2,
    (p: { target: string }) => `the target "${p.target}" is running in this workspace`,
    () => 'stop-target',
  ),
  'target-failed': entry(
    1,
    (p: { target: string; reason: string; hint: string | undefined }) =>
      `the target "${p.target}" can't be started: ${p.reason}`,
    (p) => p.hint,
  ),
  'target-lost': entry(
    1,
    (p: { target: string; reason: string }) => `the target "${p.target}" is gone: ${p.reason}`,
    () => 'run the command again',
  ),
  'target-stands-still': entry(
    1,
    (p: { target: string; reason: string | undefined }) =>
      `the target "${p.target}" stands still: its disk can't be written${p.reason === undefined ? '' : `: ${p.reason}`}`,
    () => 'make room for it, or mend the disk, and run the command again; it goes on then: df -h .',
  ),
  'network-unchanged': entry(
    1,
    (p: { what: 'cut' | 'given back'; reason: string }) =>
      `the target's network can't be ${p.what}: ${p.reason}`,
    () => 'see whether "nsenter" and "ip" work for root on this host, and run the command again',
  ),
  'target-stuck': entry(
    1,
    (p: { target: string; process: number }) =>
      `the target "${p.target}" doesn't stop: process ${String(p.process)} can't be ended`,
    (p) => `end it as root and try again: kill -KILL ${String(p.process)}`,
  ),
  'machine-in-use': entry(
    2,
    (p: { machine: string; reason: string; hint: string | undefined }) =>
      `the machine "${p.machine}" is in use: ${p.reason}`,
    (p) => p.hint,
  ),
  'machine-exists': entry(
    2,
    (p: { machine: string }) => `VirtualBox has a machine "${p.machine}"`,
    (p) => `to make it again: VBoxManage unregistervm ${p.machine} --delete`,
  ),
  'machine-missing': entry(
    2,
    (p: { machine: string; disk: string; command: string }) =>
      `VirtualBox has no machine "${p.machine}", though its disk "${p.disk}" is here`,
    (p) => `to make it again: rm -f ${p.disk} ${p.disk}.json; ${p.command}`,
  ),
  'virtualbox-refused': entry(
    1,
    (p: { machine: string; what: string; reason: string; hint: string | undefined }) =>
      `the machine "${p.machine}" can't ${p.what}: ${p.reason}`,
    (p) => p.hint,
  ),
  'guest-command-failed': entry(
    1,
    (p: { command: string; outcome: string }) => `"${p.command}" in the target ${p.outcome}`,
  ),
  'guest-user-missing': entry(
    2,
    (p: { user: string }) => `the target has no user "${p.user}"`,
    () => 'see which it has: on-target cut -d: -f1 /etc/passwd',
  ),
  'guest-path-missing': entry(
    1,
    (p: { path: string }) => `the target has no ${JSON.stringify(p.path)}`,
    () => 'see what there is in its home: on-target ls -la',
  ),
  'no-room-for-file': entry(
    1,
    (p: { path: string; size: number; directory: string }) =>
      `the disk that holds "${p.directory}" has no room for the target's file ${JSON.stringify(p.path)} of ${String(p.size)} bytes`,
    () => 'make room there and run the command again',
  ),
  'guest-file-refused': entry(
    1,
    (p: { path: string; reason: string }) =>
      `the target's file ${JSON.stringify(p.path)} is refused: ${p.reason}`,
    () => 'the target made it so: remove it there, or have the script do without it',
  ),
});
