import { describe, expect, it } from 'vitest';
import { hostRuns, processorRuns, smallestProgram } from '../../../src/core/processes/host-programs.js';

describe('whether this host runs programs', () => {
  it.each([
    ['x64', 'amd64', true],
    ['x64', 'i386', true],
    ['ia32', 'i386', true],
    ['ia32', 'amd64', false],
    ['arm64', 'amd64', false],
  ])("a processor that Node calls %s is made for %s's: %s", (host, architecture, expected) => {
    expect(processorRuns(host, architecture)).toBe(expected);
  });

  it.skipIf(process.arch !== 'x64')("is known for the host's own without a try", async () => {
    expect(await hostRuns('amd64')).toBe(true);
  });

  it('of 32 bits is tried with an executable of 32 bits for the 386', () => {
    const program = smallestProgram();
    expect(program.subarray(0, 6).toString('latin1')).toBe('\x7fELF\x01\x01');
    expect([program.readUInt16LE(16), program.readUInt16LE(18)]).toEqual([2, 3]);
    // The entry is the first byte after the headers.
    expect(program.readUInt32LE(24) - program.readUInt32LE(60)).toBe(84);
  });
});
