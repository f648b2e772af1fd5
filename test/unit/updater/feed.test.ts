import { describe, expect, it } from 'vitest';
import { feedText } from '../../../src/updater/feed/feed-text.js';
import { newestInFeed } from '../../../src/updater/feed/newest-in-feed.js';
import { selectTexts } from '../../../src/updater/feed/select-texts.js';

describe('feedText', () => {
  const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

  it.each([
    ['UTF-8 without a word of it', Buffer.from('<a>ü</a>'), '<a>ü</a>'],
    ['UTF-8 with a mark', Buffer.from('\ufeff<a>ü</a>'), '<a>ü</a>'],
    ['UTF-16 with a mark', Buffer.from('\ufeff<a>ü</a>', 'utf16le'), '<a>ü</a>'],
    ['UTF-16 the other way round', swapped('\ufeff<a>ü</a>'), '<a>ü</a>'],
    [
      'the encoding that is named',
      Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>', 'latin1'),
      '<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>',
    ],
    [
      'UTF-8 where nobody knows the named one',
      Buffer.from('<?xml version="1.0" encoding="x-none"?><a>ü</a>'),
      '<?xml version="1.0" encoding="x-none"?><a>ü</a>',
    ],
  ])('reads %s', (_, bytes, text) => {
    expect(feedText(bytes)).toBe(text);
  });
});

describe('selectTexts', () => {
  it('trims what it finds, after blank lines too', () => {
    expect(selectTexts('\n <a><b>\n x \n</b><b/></a>', '//b')).toEqual({ texts: ['x', ''] });
  });
});

describe('newestInFeed', () => {
  const pattern = /x-([\d.]+)\.zip/;
  const newest = (texts: readonly string[], by = pattern): string | undefined =>
    newestInFeed(texts, { url: 'http://example.org/feed', pattern: by })?.url;

  it('takes the first of equal releases, and the first match of a pattern that names none', () => {
    expect(newest(['a/x-1.0.zip', 'b/x-1.0.zip', 'x-0.9.zip'])).toBe('http://example.org/a/x-1.0.zip');
    expect(newest(['b', 'x-1.0.zip', 'x-2.0.zip'], /x-.*\.zip/)).toBe('http://example.org/x-1.0.zip');
  });

  it('passes over what is no URL, and what is longer than any', () => {
    const long = (length: number): string => 'x-2.0.zip'.padEnd(length, '?');
    expect(newest(['http://[/x-3.0.zip', long(2001), 'x-1.0.zip'])).toBe('http://example.org/x-1.0.zip');
    expect(newest([long(2000), 'x-1.0.zip'])).toContain('/x-2.0.zip?');
  });
});
