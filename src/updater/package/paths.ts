/** Names in a destination that are this program's own; a package may not have them. */
export const ownNames = {
  manifest: '.gitian-manifest',
  waiting: '.gitian-waiting',
  waitingPackage: '.gitian-waiting.zip',
  staging: '.gitian-update',
} as const;

/** Why a path of a package or a manifest can't be installed below a folder; completes "the name …". */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute';
  if (path.includes('\\')) return 'has a backslash in it';
  if (forbidden.test(path)) return 'has a control character in it';
  if (path.includes('\ufffd')) return 'is not UTF-8';
  if (Buffer.byteLength(path) > 4000) return 'is longer than 4000 bytes';
  const steps = path.split('/');
  if (steps.some((step) => step === '..' || step === '.')) return 'leads out of its folder';
  if (steps.some((step) => step === '')) return 'has an empty step in it';
  if (steps.some((step) => Buffer.byteLength(step) > 255)) return 'has a step longer than 255 bytes';
  if (isOwnName(steps[0] ?? '')) return "is one of gitian-updater's own";
  return undefined;
}

/** What ends a line somewhere, or changes what is seen of one. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const forbidden = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** Whether a name in a destination is this program's own, on any file system. */
export function isOwnName(name: string): boolean {
  return folded(name).startsWith('.gitian-');
}

/** What two paths have in common that are one file on a file system without case, or with another form of Unicode. */
export function folded(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase();
}
