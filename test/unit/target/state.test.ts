import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workspace } from '../../../src/core/workspace.js';
import { liveState, parseState, type TargetState } from '../../../src/target/state.js';

const state: TargetState = {
  backend: 'lxc',
  spec: { suite: 'bookworm', architecture: 'amd64', distro: 'debian', memory: 2000, processors: 2 },
  process: { pid: 42, startTime: '100', bootId: 'b' },
  since: '2026-01-02T03:04:05.678Z',
  details: { name: 'x' },
};

describe('parseState', () => {
  it('reads what was written', () => {
    expect(parseState(JSON.stringify(state))).toEqual(state);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '"x"',
    JSON.stringify({ ...state, backend: 1 }),
    JSON.stringify({ ...state, spec: { ...state.spec, memory: '2000' } }),
    JSON.stringify({ ...state, spec: null }),
    JSON.stringify({ ...state, process: { pid: 42 } }),
    JSON.stringify({ ...state, details: undefined }),
    JSON.stringify({ ...state, since: undefined }),
  ])('takes nothing else: %s', (text) => {
    expect(parseState(text)).toBeUndefined();
  });
});

describe('liveState', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = new Workspace(mkdtempSync(join(tmpdir(), 'gitian-state-')));
    mkdirSync(workspace.var);
  });
  afterEach(() => {
    rmSync(workspace.root, { recursive: true });
  });

  it.each([
    ['a folder', 'mkdir', 'it is a folder'],
    ['a FIFO', 'mkfifo', 'it is no regular file'],
  ])('names the file where it is %s, and waits for nobody', async (_title, make, reason) => {
    execFileSync(make, [workspace.targetState]);
    const words = `"${workspace.targetState}" can't be used: ${reason}`;
    await expect(liveState(workspace)).rejects.toThrow(words);
  });
});
