/** The bridge that a test file makes among this host's devices, and takes away. */
export const testBridge = `gt${String(process.pid)}`;

/** Whether a device is one, which may go at any time while another test file looks at the host's devices. */
export function isTestBridge(device: string): boolean {
  return /^gt\d+$/.test(device);
}
