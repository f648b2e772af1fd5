import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { contain } from '../../../src/base-image/installation/containment.js';
import { Interrupted } from '../../../src/core/errors/interrupted.js';

describe('contained work', () => {
  it('is not begun once it was interrupted', () => {
    const signal = AbortSignal.abort(new Interrupted('SIGINT'));
    const work = {
      script: 'true',
      args: [],
      memory: 0,
      parent: '/nonexistent',
      env: {},
      stderr: new PassThrough(),
      signal,
    };
    expect(() => contain(work, 'exit 1')).toThrow(signal.reason as Error);
  });
});
