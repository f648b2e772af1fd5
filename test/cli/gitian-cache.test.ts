import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { executable, runProgram, type Outcome } from '../support/commands.js';

let workspace = '';
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'gitian-cache-'));
  mkdirSync(join(workspace, 'target-bookworm-amd64'));
});
afterEach(() => {
  rmSync(workspace, { recursive: true });
});

function gitianCache(...args: readonly string[]): Outcome {
  const env = { GITIAN_CACHE: join(workspace, 'cache') };
  return runProgram(executable('gitian-cache'), args, { cwd: workspace, env });
}

describe('gitian-cache', () => {
  it.each([
    [['remove'], 'remove needs names, --all or --max-size\nhint: gitian-cache list\n'],
    [['list', 'x'], 'list takes nothing, and was given x: it lists everything\n'],
    [['list', '--all'], 'list takes nothing, and was given --all: it lists everything\n'],
    [['--all'], 'list takes nothing, and was given --all: it lists everything\n'],
    [['--max-size', '5G'], 'hint: gitian-cache list, or gitian-cache remove --max-size 5G\n'],
    [['empty'], 'the action must be list or remove, not "empty"\nhint: gitian-cache --help\n'],
  ])('%j attempts nothing', (args, words) => {
    const { exitCode, stdout, stderr } = gitianCache(...args);
    expect(stderr).toContain(words);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(readdirSync(workspace)).toEqual(['target-bookworm-amd64']);
  });
});
