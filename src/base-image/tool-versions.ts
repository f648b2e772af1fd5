import { run } from '../core/processes/process.js';

/** What programs say of their versions, by name; one that says nothing is left out. */
export async function toolVersions(programs: readonly string[]): Promise<Record<string, string>> {
  const said = await Promise.all(programs.map(versionOf));
  return Object.fromEntries(
    programs.flatMap((program, index): [string, string][] => {
      const version = said[index];
      return version === undefined ? [] : [[program, version]];
    }),
  );
}

async function versionOf(program: string): Promise<string | undefined> {
  const result = await run({ program, args: ['--version'], check: false }).catch(() => undefined);
  return /\d+\.\d[\w.+~-]*/.exec(result?.stdout ?? '')?.[0];
}
