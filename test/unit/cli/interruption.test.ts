import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { interruption } from '../../../src/cli/interruption.js';

describe('interruption', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('aborts at %s, with it as the reason', (name) => {
    const { signal, release } = interruption();
    try {
      expect(signal.aborted).toBe(false);
      process.emit(name);
      expect(signal.aborted).toBe(true);
      expect(signal.reason).toMatchObject({ name: 'Interrupted', signal: name });
    } finally {
      release();
    }
  });

  it('is not impatient where a terminal is closed, which is said more than once', () => {
    const { signal, release } = interruption();
    try {
      for (const name of ['SIGHUP', 'SIGHUP'] as const) process.emit(name);
      expect(signal.reason).toMatchObject({ signal: 'SIGHUP' });
    } finally {
      release();
    }
  });

  it('may be waited for by many at once, without a warning of Node', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    const { signal, release } = interruption();
    process.on('warning', note);
    try {
      for (let count = 0; count < 33; count++) signal.addEventListener('abort', () => undefined);
      await setImmediate();
      expect(warnings).toEqual([]);
    } finally {
      process.off('warning', note);
      release();
    }
  });

  it('leaves signals alone after release', () => {
    const before = process.listenerCount('SIGTERM');
    const { signal, release } = interruption();
    release();
    expect(process.listenerCount('SIGTERM')).toBe(before);
    expect(signal.aborted).toBe(false);
  });
});
