import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataFor, printable, printableLine } from '../../../src/cli/printable.js';
import { Recorder, Terminal } from '../../support/terminal.js';

// Control characters, letters, and all that changes the direction of text.
const characters = fc.string({
  unit: fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCharCode(code)),
});

describe('printable', () => {
  it.each([
    ['plain text, ünïcödé, 日本, 🙂', 'plain text, ünïcödé, 日本, 🙂'],
    ['a\tb\nc', 'a\tb\nc'],
    ['\u001b[31mred', '\\x1b[31mred'],
    ['a\rb', 'a\\x0db'],
    ['\u0000\u0008\u007f\u009b', '\\x00\\x08\\x7f\\x9b'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['a\u061cb\u2028c\u2029d', 'a\\u061cb\\u2028c\\u2029d'],
    ['\u2066\u2069\u200e', '\\u2066\\u2069\\u200e'],
    ['a\\x1bb', 'a\\x1bb'],
  ])('shows %j as %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('keeps what has to stay in its line there', () => {
    expect(printableLine('bob\nalice: OK\r\n')).toBe('bob\\x0aalice: OK\\x0d\\x0a');
  });

  it('shows data safely on a terminal, and gives it to all else as it is', () => {
    const manifest = `${'0'.repeat(64)}  invoice\u202efdp.exe\n${'1'.repeat(64)}  README\n`;
    expect(dataFor(new Terminal(), manifest)).toBe(manifest.replace('\u202e', '\\u202e'));
    expect(dataFor(new Recorder(), manifest)).toBe(manifest);
  });

  it('lets nothing through that a terminal obeys, and changes nothing twice', () => {
    fc.assert(
      fc.property(characters, (text) => {
        const shown = printable(text);
        expect(shown).not.toMatch(/(?![\t\n])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(printable(shown)).toBe(shown);
      }),
    );
  });
});
