import { describe, expect, it } from 'vitest';
import { qemuArguments, type QemuMachine } from '../../../src/target/kvm/qemu/qemu-arguments.js';

const machine: QemuMachine = {
  acceleration: 'tcg',
  memory: 2000,
  processors: 2,
  kernel: '/w/base-bookworm-amd64.vmlinuz',
  initrd: '/w/base-bookworm-amd64.initrd',
  disk: '/w/target-bookworm-amd64.qcow2',
  layer: undefined,
  base: '/w/base-bookworm-amd64.qcow2',
  memoryFile: undefined,
  resumes: false,
  hasSandbox: true,
  sockets: { starter: '/run/s', control: '/run/c', wake: '/run/w' },
};

const text = (of: QemuMachine): string =>
  `${qemuArguments(of)
    .join('\n')
    .replace(/\n(?!-)/g, ' ')}\n`;

describe("QEMU's arguments", () => {
  it('for an emulated machine that boots', async () => {
    await expect(text(machine)).toMatchFileSnapshot('qemu-arguments/boot.txt');
  });

  it('for a machine of KVM that resumes, without a sandbox', async () => {
    await expect(
      text({
        ...machine,
        acceleration: 'kvm',
        memoryFile: { path: '/c/memory', shared: false },
        resumes: true,
        hasSandbox: false,
      }),
    ).toMatchFileSnapshot('qemu-arguments/resume.txt');
  });

  it('with a workspace of any name', async () => {
    const odd = `/o'dd "na,me": \\ $x *ü`;
    const paths = { kernel: `${odd}/k`, initrd: `${odd}/i`, disk: `${odd}/d`, base: `${odd}/b` };
    await expect(text({ ...machine, ...paths })).toMatchFileSnapshot('qemu-arguments/odd-name.txt');
  });
});
