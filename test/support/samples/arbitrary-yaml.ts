import fc from 'fast-check';
import type { OrderedMap, YamlValue } from '../../../src/yaml/value.js';

/** Pieces of text that mean something to a writer or a reader of YAML. */
const pieces = [
  ...[
    'a',
    'word',
    'é',
    '日',
    '_',
    '1',
    '0',
    '8',
    '2019-01-01',
    '10:00:00',
    '0x',
    'F',
    '0b1',
    'e',
    '.',
    '+',
    'inf',
    '.nan',
  ],
  ...['yes', 'no', 'on', 'y', 'n', 'N', 'null', '~', ':sym', 'T', 'Z', '<<', '=', '--- ', '...'],
  ...[' ', '  ', '\t', '\n', '\n\n', '\r', '\u0085', '\u00a0', '\u2028', '\u2029'],
  ...[
    '"',
    "'",
    '\\',
    ':',
    ': ',
    '#',
    ' #',
    '-',
    '- ',
    '?',
    '? ',
    '!',
    '&',
    '*',
    '|',
    '>',
    '%',
    '@',
    '`',
    ',',
    '[',
    ']',
    '{',
    '}',
  ],
  ...['\u0000', '\u001b', '\u007f', '\u200b', '\u0301', '\ufeff', '\ufffd', '\u{1F600}', '٣', '½'],
  ...['lorem ipsum dolor sit amet ', 'consectetur adipiscing elit'],
];

const words = ['lorem', 'ipsum ', ' ', '  ', 'a', '"', "'", '\n', 'x\ty', 'dolor'];

const moment = fc
  .tuple(
    fc.constantFrom('2019', '2020', '0000'),
    fc.constantFrom('0', '00', '1', '2', '02', '04', '12', '13'),
    fc.constantFrom('0', '1', '07', '28', '29', '30', '31', '32'),
    fc.constantFrom('', 'T', ' ', '  ', 't'),
    fc.constantFrom('0', '00', '9', '23', '24', '25'),
    fc.constantFrom('00', '59', '60'),
    fc.constantFrom('00', '59', '60', '61', '00.5', '00.'),
    fc.constantFrom('', 'Z', ' Z', '+1', ' +01:30', '-0930', '+23:59', '+23:60', '-24', '-00:30', '+9:', 'x'),
  )
  .map(([year, month, day, between, hour, minute, second, zone]) => {
    const date = `${year}-${month}-${day}`;
    return between === '' ? date : `${date}${between}${hour}:${minute}:${second}${zone}`;
  });

const numberLike = fc.string({ maxLength: 8, unit: fc.constantFrom(...Array.from('0012789-+:._,eExbBaF"')) });

/** Texts of all kinds: empty, odd, like dates and numbers, empty, odd, with many spaces, longer than a line, of several lines. */
export const arbitraryText: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 4 }).map((parts) => parts.join('')),
  fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join('')),
  fc.array(fc.constantFrom(...words), { maxLength: 80 }).map((parts) => parts.join(' ')),
  fc.string({ maxLength: 200, unit: 'grapheme-ascii' }),
  moment,
  numberLike,
);

const arbitraryKey = fc.oneof(
  { weight: 8, arbitrary: arbitraryText },
  {
    weight: 1,
    arbitrary: fc.constantFrom('k'.repeat(128), 'k'.repeat(129), 'é'.repeat(64), 'é'.repeat(65), '__proto__'),
  },
);

const { map } = fc.letrec<{ value: YamlValue; map: OrderedMap }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: arbitraryText },
    { weight: 1, arbitrary: fc.constantFrom<YamlValue>(null, true, false, 1, -5, 0.5) },
    // Psych writes nothing for nil in a list, which is not read back.
    {
      weight: 2,
      arbitrary: fc.array(
        tie('value').filter((item) => item !== null),
        { maxLength: 3 },
      ),
    },
    { weight: 3, arbitrary: tie('map') },
  ),
  map: fc.array(fc.tuple(arbitraryKey, tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
}));

/** Ordered maps of everything that can be written. */
export const arbitraryMap: fc.Arbitrary<OrderedMap> = map;

/** A small piece of YAML's grammar. */
const grammar = [
  ...[
    'a: ',
    'b:',
    'k: v\n',
    '- i\n',
    '  - n: m\n',
    '- ',
    '-',
    '? ',
    ': ',
    ':',
    'x',
    'y z',
    'é',
    '1',
    '08',
    '~',
    'yes',
  ],
  ...['\n', '\n', '\n', '  ', '    ', ' ', '\t', '"q"', "'s'", '"', "'", '"a\n b"', '[', ']', '{', '}', ', '],
  ...[
    '|\n',
    '>\n',
    '|-\n',
    '!!omap',
    '!!str ',
    '! ',
    '*a',
    '&a ',
    '#c',
    ' # c\n',
    '---',
    '...',
    '%',
    '@',
    '`',
    '\\',
  ],
];

const documents = [
  "--- !!omap\n- out: |\n    aa  b\n    cc  d\n- in: |-\n    x\n    y\n- base: !!omap\n  - bionic-amd64: |\n      q\n- one: 'x\n\n    '\n- e: ''\n- rel: '1.0'\n- opt:\n",
  '---\nname: "foo"\nenable_cache: true\nsuites:\n- "bionic"\narchitectures:\n  - amd64\npackages: \n- "g++"\n- \'a b\'\nremotes:\n- "url": "https://x/y"\n  "dir": "bc"\nfiles: []\nscript: |\n  HOSTS="a b"\n\n  for i in x; do\n    y # c\n  done\n',
  "a: {b: c, d: [e, 'f', \"g\\n\"]}\nb: >\n  x\n  y\n\n    z\n  w\n# c\nc: &x text\n  more\nd: ! 'q'\ne: !!str 12\n? k\n: v\n",
];

const piece = fc.constantFrom(...grammar);

/** A text with up to three changes. */
export const changed = (text: string): fc.Arbitrary<string> =>
  fc.array(fc.tuple(fc.nat(), fc.nat(3), piece), { maxLength: 3 }).map((changes) =>
    changes.reduce((before, [where, drop, insert]) => {
      const at = where % (before.length + 1);
      return before.slice(0, at) + insert + before.slice(at + drop);
    }, text),
  );

/** Texts that are nearly YAML: random pieces of it, and documents with a few changes. */
export const arbitrarySource: fc.Arbitrary<string> = fc.oneof(
  fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
  fc.constantFrom(...documents).chain(changed),
);
