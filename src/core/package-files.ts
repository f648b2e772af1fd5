import { fileURLToPath } from 'node:url';

/** The host path of a file that comes with this package, such as `target-bin/init-build.sh`. */
export function packageFile(path: string): string {
  // Bundled, compiled and source files lie equally deep: dist/bundle, dist/core, src/core.
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
