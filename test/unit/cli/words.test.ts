import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wordsFor } from '../../../src/cli/words.js';
import type { GitianEvent } from '../../../src/core/events.js';
import { Recorder, Terminal, testIo } from '../../support/terminal.js';

const words = await wordsFor({ lively: false });
const livelyWords = await wordsFor({ lively: true });

const started = (id: number, title: string, log?: string): GitianEvent => ({
  kind: 'step-started',
  id,
  title,
  ...(log === undefined ? {} : { log }),
});
const progress = (id: number, text: string): GitianEvent => ({ kind: 'step-progress', id, text });
const ended = (id: number, title: string, outcome: 'done' | 'failed' | 'skipped' = 'done'): GitianEvent => ({
  kind: 'step-ended',
  id,
  title,
  milliseconds: 1234,
  outcome,
});
const lent: GitianEvent = { kind: 'terminal-lent' };
const returned: GitianEvent = { kind: 'terminal-returned' };
const note = (text: string): GitianEvent => ({ kind: 'note', text });
const stream = (text: string): GitianEvent => ({ kind: 'stream', bytes: Buffer.from(text) });

/** Events with a name that would say what nobody has said. */
const misnamed: readonly GitianEvent[] = [
  { kind: 'heading', text: 'x\ny' },
  started(0, 'x\ny', 'x\ny'),
  note('x\ny'),
  { kind: 'warning', text: 'x\ny', hint: 'x\ny' },
  ended(0, 'x\ny'),
];

function plain(...events: GitianEvent[]): string {
  const stderr = new Recorder();
  const spoken = words(testIo(stderr), 'gbuild', false);
  for (const event of events) spoken.emit(event);
  spoken.close();
  return stderr.text;
}

describe('plain words', () => {
  it("puts a step's time on its own line", () => {
    expect(plain(started(0, 'Starting target'), ended(0, 'Starting target'))).toBe('Starting target 1.2 s\n');
  });

  it('names the log of a step', () => {
    expect(plain(started(0, 'Building', 'var/build.log'), ended(0, 'Building'))).toBe(
      'Building (log in var/build.log) 1.2 s\n',
    );
  });

  it('says how a step ended that is not done', () => {
    expect(plain(started(0, 'A'), ended(0, 'A', 'failed'), started(1, 'B'), ended(1, 'B', 'skipped'))).toBe(
      'A failed after 1.2 s\nB skipped after 1.2 s\n',
    );
  });

  it('names the step again when something was said meanwhile', () => {
    expect(plain(started(0, 'Fetching'), note('cloning'), ended(0, 'Fetching'))).toBe(
      'Fetching\ncloning\nFetching: 1.2 s\n',
    );
  });

  it('gives each of two steps its own time', () => {
    expect(plain(started(0, 'outer'), started(1, 'inner'), ended(1, 'inner'), ended(0, 'outer'))).toBe(
      'outer\ninner 1.2 s\nouter: 1.2 s\n',
    );
    expect(plain(started(0, 'a'), started(1, 'b'), ended(0, 'a'), ended(1, 'b'))).toBe(
      'a\nb\na: 1.2 s\nb: 1.2 s\n',
    );
  });

  it('shows a stream as it is, from the beginning of a line', () => {
    expect(plain(started(0, 'Building'), stream('+ ma'), stream('ke\n'), ended(0, 'Building'))).toBe(
      'Building\n+ make\nBuilding: 1.2 s\n',
    );
    expect(plain(started(0, 'Building'), stream('no end'), ended(0, 'Building'))).toBe(
      'Building\nno end\nBuilding: 1.2 s\n',
    );
  });

  it('leaves a fresh line to a program that asks in the terminal', () => {
    expect(plain(started(0, 'A'), lent, returned, ended(0, 'A'))).toBe('A\nA: 1.2 s\n');
  });

  it('leaves all that is said in its line, whatever is named in it', () => {
    expect(plain(...misnamed).split('\n')).toEqual([
      '--- x\\x0ay ---',
      'x\\x0ay (log in x\\x0ay)',
      'x\\x0ay',
      'gbuild: warning: x\\x0ay',
      'hint: x\\x0ay',
      'x\\x0ay: 1.2 s',
      '',
    ]);
  });

  it('has headings, warnings and hints, and no progress', () => {
    expect(
      plain(
        { kind: 'heading', text: 'bookworm amd64' },
        started(0, 'A'),
        progress(0, '50%'),
        { kind: 'warning', text: 'odd', hint: 'type this' },
        { kind: 'warning', text: 'odder' },
      ),
    ).toBe('--- bookworm amd64 ---\nA\ngbuild: warning: odd\nhint: type this\ngbuild: warning: odder\n');
  });

  it('ends the line of a step that never ended', () => {
    expect(plain(started(0, 'A'))).toBe('A\n');
  });

  it('shows nothing that a terminal would obey', () => {
    const evil = 'a\u001b[2Jb';
    const events: GitianEvent[] = [
      { kind: 'heading', text: evil },
      started(0, evil),
      ended(0, evil),
      started(1, 'B'),
      note(evil),
      ended(1, evil),
      { kind: 'warning', text: evil, hint: evil },
    ];
    expect(plain(...events)).not.toContain('\u001b');
    expect(plain(...events).match(/a\\x1b\[2Jb/g)).toHaveLength(6);
  });
});

describe('quiet words', () => {
  it('print what was asked for', () => {
    const stderr = new Recorder();
    words(testIo(stderr), 'gbuild', true).emit({ kind: 'asked', text: 'a\nb\n' });
    expect(stderr.text).toBe('a\nb\n');
  });

  it('are warnings only', () => {
    const stderr = new Recorder();
    const spoken = words(testIo(stderr), 'gbuild', true);
    for (const event of [started(0, 'A'), note('n'), stream('s'), ended(0, 'A')]) spoken.emit(event);
    spoken.emit({ kind: 'warning', text: 'odd', hint: 'type this' });
    spoken.close();
    expect(stderr.text).toBe('gbuild: warning: odd\nhint: type this\n');
  });
});

describe('lively words', () => {
  const before = { CI: process.env['CI'], TERM: process.env['TERM'] };
  const listeners = (): number => process.listenerCount('exit');
  let atFirst = 0;
  beforeEach(() => {
    // The spinner looks at these itself.
    delete process.env['CI'];
    process.env['TERM'] = 'xterm';
    vi.useFakeTimers();
    atFirst = listeners();
  });
  afterEach(() => {
    vi.useRealTimers();
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  const lively = (...events: GitianEvent[]): { terminal: Terminal; close: () => void } => {
    const terminal = new Terminal();
    const spoken = livelyWords(testIo(terminal), 'gbuild', false);
    for (const event of events) {
      spoken.emit(event);
      vi.advanceTimersByTime(200);
    }
    return {
      terminal,
      close: () => {
        spoken.close();
      },
    };
  };

  it('show the running step, and one line for each that ended', () => {
    const { terminal, close } = lively(
      started(0, 'A'),
      ended(0, 'A'),
      started(1, 'B', 'var/b.log'),
      progress(1, '50%'),
    );
    expect(terminal.screen).toMatch(/^✓ A 1\.2 s\n. B \(log in var\/b\.log\): 50%$/);
    expect(terminal.cursorVisible).toBe(false);
    close();
    expect(terminal.screen).toBe('✓ A 1.2 s\n');
  });

  it('leave all that is said in its line, whatever is named in it', () => {
    const { terminal } = lively(...misnamed.slice(0, -1), progress(0, 'x\ny'));
    expect(terminal.screen.split('\n')).toEqual([
      'x\\x0ay',
      'x\\x0ay',
      'gbuild: warning: x\\x0ay',
      'hint: x\\x0ay',
      expect.stringMatching(/^. x\\x0ay \(log in x\\x0ay\): x\\x0ay$/) as string,
    ]);
  });

  it('mark what failed', () => {
    const { terminal } = lively(started(0, 'A'), ended(0, 'A', 'failed'));
    expect(terminal.screen).toBe('✗ A failed after 1.2 s\n');
  });

  it('write everything else above the moving line', () => {
    const { terminal, close } = lively(
      { kind: 'heading', text: 'H' },
      started(0, 'A'),
      note('n'),
      { kind: 'warning', text: 'w', hint: 'h' },
      stream('s1\ns'),
      stream('2\n'),
    );
    expect(terminal.screen).toMatch(/^H\nn\ngbuild: warning: w\nhint: h\ns1\ns2\n. A$/);
    close();
    expect(terminal.screen).toBe('H\nn\ngbuild: warning: w\nhint: h\ns1\ns2\n');
  });

  it('begin a line of their own after a stream that ends in mid-line', () => {
    const { terminal } = lively(started(0, 'A'), stream('no end'), ended(0, 'A'));
    expect(terminal.screen).toBe('no end\n✓ A 1.2 s\n');
  });

  it('show the inner of two steps, and then the outer again', () => {
    const { terminal, close } = lively(started(0, 'outer'), started(1, 'inner'), progress(0, 'unseen'));
    expect(terminal.screen).toMatch(/^. inner$/);
    close();
    const both = lively(started(0, 'outer'), started(1, 'inner'), ended(1, 'inner'));
    expect(both.terminal.screen).toMatch(/^✓ inner 1\.2 s\n. outer$/);
    both.close();
  });

  it('keep still while a program asks in the terminal, and go on afterwards', () => {
    const { terminal, close } = lively(started(0, 'A'), lent, progress(0, '50%'), started(1, 'B'));
    expect(terminal.screen).toBe('');
    expect(terminal.cursorVisible).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    close();
    const back = lively(started(0, 'A'), lent, returned);
    expect(back.terminal.screen).toMatch(/^. A$/);
    back.close();
  });

  it('leave the terminal as it was, and nothing running', () => {
    const { terminal, close } = lively(started(0, 'A'));
    close();
    close();
    expect(terminal.screen).toBe('');
    expect(terminal.cursorVisible).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    expect(listeners()).toBe(atFirst);
  });

  it('give the cursor back when the process ends in mid-step, and leave signals alone', () => {
    const signals = process.listenerCount('SIGINT');
    const { terminal, close } = lively(started(0, 'A'));
    expect(process.listenerCount('SIGINT')).toBe(signals);
    const last = process.listeners('exit').at(-1);
    last?.(0);
    expect(terminal.cursorVisible).toBe(true);
    close();
  });

  it('show nothing that a terminal would obey', () => {
    const { terminal, close } = lively(started(0, 'a\u001b]0;evil\u0007'), progress(0, '\u001b[2J'));
    expect(terminal.shown).not.toContain('\u001b');
    expect(terminal.shown).not.toContain('\u0007');
    close();
  });
});
