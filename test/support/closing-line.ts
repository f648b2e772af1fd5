import type { Reporter, TestModule } from 'vitest/node';

const list = (title: string, names: readonly string[]): string =>
  names.length > 0 ? `\n${title}:\n${names.map((name) => `  ${name}\n`).join('')}` : '';

/** What an error says first, which its stack and a difference may follow. */
const firstLine = (error: unknown): string =>
  String((error as { message?: unknown } | undefined)?.message ?? error).split('\n', 1)[0] ?? '';

/**
 * Ends the output with `N passed, N failed, N skipped`, and names what was skipped and, last, what failed: of a long
 * output often no more than its end is kept.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    const skipped: string[] = [];
    const failed = unhandled.map((error) => `outside of tests: ${firstLine(error)}`);
    for (const module of modules) {
      const file = module.relativeModuleId;
      // A file that can't even be loaded has no tests, but has failed.
      const broken = module.errors()[0];
      if (broken !== undefined) failed.push(`${file}: ${firstLine(broken)}`);
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed.push(`${file}: ${test.fullName}: ${firstLine(errors[0])}`);
        else skipped.push(`${file}: ${test.fullName}`);
      }
    }
    process.stdout.write(
      `${list('skipped', skipped)}${list('failed', failed)}\n` +
        `${String(passed)} passed, ${String(failed.length)} failed, ${String(skipped.length)} skipped\n`,
    );
  }
}
