import { writeYaml } from '../yaml/write.js';
import type { YamlValue } from '../yaml/value.js';

/** What a build says of itself: `result/<name>-res.yml`. Manifests are raw text, as they are hashed and signed. */
export interface Report {
  /** Lines `<sha256>  <path>`, sorted by path, of every output. */
  readonly outManifest: string;
  /** `<sha256>  <name>-desc.yml`, a line per input file, then `git:<commit> <dir>` per remote with no newline between. */
  readonly inManifest: string;
  /** `<suite>-<arch>` → lines `<sha256>  <package>_<version>_<arch>.deb`. */
  readonly baseManifests: ReadonlyMap<string, string>;
  readonly cacheCommonManifest: string;
  readonly cachePackageManifest: string;
}

/** The report as its file's text, byte for byte what the original writes. */
export function reportToYaml(report: Report): string {
  return writeYaml(new Map(reportEntries(report)));
}

/** The report's keys and values in the file's order. */
export function reportEntries(report: Report): [string, YamlValue][] {
  return [
    ['out_manifest', report.outManifest],
    ['in_manifest', report.inManifest],
    ['base_manifests', report.baseManifests],
    ['cache_common_manifest', report.cacheCommonManifest],
    ['cache_package_manifest', report.cachePackageManifest],
  ];
}
