import type { PackageSpec } from './publisher.js';

/** A release to install. */
export const one: PackageSpec = {
  release: '1.0',
  files: { 'bin/hello': 'one', README: 'same', 'old/gone.txt': 'gone' },
};

/** The release after it, with a file changed, one gone and one new. */
export const two: PackageSpec = {
  release: '1.1',
  files: { 'bin/hello': 'two', README: 'same', 'new/dir/file': 'new' },
};
