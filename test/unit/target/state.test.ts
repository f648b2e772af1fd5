import { describe, expect, it } from 'vitest';
import { parseState, type TargetState } from '../../../src/target/state.js';

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
