/** The name of the file that every injected command tries to make; nothing may ever make it on the host. */
export const canary = 'pwned';

/** A descriptor by somebody who means harm, and what has to become of it. */
export interface HostileDescriptor {
  readonly title: string;
  readonly bytes: Uint8Array;
  /** `refused`: exit 2 and one clear message; `harmless`: may be built, for the reason given. */
  readonly expect: 'refused' | 'harmless';
  readonly because?: string;
}

const touch = `touch ${canary}`;

/** A descriptor without fault, in which the lines of `changes` replace those of the same key; undefined leaves it out. */
export function descriptorText(changes: Readonly<Record<string, string | undefined>> = {}): string {
  const lines = new Map<string, string | undefined>([
    ['name', 'test'],
    ['distro', 'debian'],
    ['suites', '[bookworm]'],
    ['architectures', '[amd64]'],
    ['packages', '[]'],
    ['remotes', '[]'],
    ['files', '[]'],
    ['reference_datetime', "'2024-02-29 12:00:00'"],
    ['script', '|\n  true'],
    ...Object.entries(changes),
  ]);
  return [...lines].map(([key, value]) => (value === undefined ? '' : `${key}: ${value}\n`)).join('');
}

type Changes = Readonly<Record<string, string | undefined>>;

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);

const refused = (title: string, content: Changes | string | Uint8Array): HostileDescriptor => ({
  title,
  bytes:
    content instanceof Uint8Array
      ? content
      : encoded(typeof content === 'string' ? content : descriptorText(content)),
  expect: 'refused',
});

const harmless = (title: string, content: Changes | string, because: string): HostileDescriptor => ({
  ...refused(title, content),
  expect: 'harmless',
  because,
});

/** The same values in a field that takes one text. */
const inField = (
  field: string,
  change: (value: string) => Changes,
  values: readonly string[],
): HostileDescriptor[] =>
  values.map((value) => refused(`${field}: ${value.slice(0, 60)}`, change(JSON.stringify(value))));

const inList = (key: string, values: readonly string[]): HostileDescriptor[] =>
  inField(key, (value) => ({ [key]: `[${value}]` }), values);

const inRemote = (key: 'url' | 'dir' | 'commit', values: readonly string[]): HostileDescriptor[] =>
  inField(
    `remotes.${key}`,
    (value) => {
      const parts = { url: 'https://example.org/x.git', dir: 'x', commit: 'main', [key]: value };
      return { remotes: `[{url: ${parts.url}, dir: ${parts.dir}, commit: ${parts.commit}}]` };
    },
    values,
  );

/** What a shell would run or split, what a program would take for an option, and what leads somewhere else. */
const injections = [
  `$(${touch})`,
  `\`${touch}\``,
  `x;${touch}`,
  `x|${touch}`,
  `x&&${touch}`,
  `x\n${touch}`,
  `'; ${touch}; '`,
];
const options = ['-x', '--help'];
const strayPaths = ['..', '.', '../x', '/etc/passwd', 'a/../../x'];

const names = [
  ...inField('name', (value) => ({ name: value }), [
    ...injections,
    ...options,
    ...strayPaths,
    '',
    'a/b',
    '.hidden',
    '~',
    'a\0b',
    'x'.repeat(300),
  ]),
  ...inField('name', (value) => ({ name: value }), ['\u202etxt.exe', '\u001b[2J']),
  refused('name: a list', { name: `[${touch}]` }),
  refused('name: a map', { name: '{a: b}' }),
  refused('name: a truth value', { name: 'yes' }),
  refused('name: nothing', { name: '' }),
  refused('name: left out', { name: undefined }),
  refused('name: the common cache', { name: 'common', enable_cache: 'true' }),
];

const words = [
  ...inField('distro', (value) => ({ distro: value }), [...injections, ...options, 'fedora', '../x']),
  ...inList('suites', [...injections, ...options, ...strayPaths, 'a b', '']),
  ...inList('architectures', [...injections, ...options, ...strayPaths, 'x86_64']),
  ...inList('multiarch', [...injections, ...options, ...strayPaths]),
  refused('suites: a text', { suites: touch }),
  refused('suites: a list of lists', { suites: '[[bookworm]]' }),
  refused('suites: an empty list', { suites: '[]' }),
  refused('architectures: nothing', { architectures: '' }),
  ...inField('enable_cache', (value) => ({ enable_cache: value }), [`$(${touch})`]),
  ...inField('sudo', (value) => ({ sudo: value }), [`yes; ${touch}`]),
  ...inField('reference_datetime', (value) => ({ reference_datetime: value }), [
    ...injections,
    `2024-02-29 12:00:00; ${touch}`,
    `2024-02-29 12:00:00\n${touch}`,
    '2023-02-29 12:00:00',
    '2024-02-29 25:00:00',
    '@0',
  ]),
];

const packages = inList('packages', [
  ...injections,
  ...options,
  ...strayPaths,
  '--allow-unauthenticated',
  `-oDpkg::Pre-Invoke::=${touch}`,
  './evil.deb',
  'libc6-',
  'g++-',
  'libc6=2.36-',
  'lib*',
  '~nlibc6',
  '?name(libc6)',
  'task^',
]);

const remotes = [
  ...inRemote('url', [
    `ext::sh -c ${touch}`,
    'fd::17',
    `--upload-pack=${touch}`,
    `-u${touch}`,
    `ssh://-oProxyCommand=${touch}/x`,
    `ssh://user@-oProxyCommand=x/y`,
    `-oProxyCommand=${touch}:x`,
    `user@-oProxyCommand=x:y`,
    'example.org:-x',
    'ssh://example.org/-x',
    'https://example.org/%0ahost=evil.example',
    `https://example.org/\n${touch}`,
    'ftp://example.org/x',
    'javascript://x',
    '',
    ' ',
  ]),
  ...inRemote('dir', [...injections, ...options, ...strayPaths, '.git', 'a/b', '']),
  ...inRemote('commit', [
    ...injections,
    ...options,
    `--upload-pack=${touch}`,
    'a..b',
    'HEAD@{1}',
    'a b',
    'a:b',
    '../x',
    'x.lock',
    '',
  ]),
  refused('remotes: a map', { remotes: '{url: x, dir: y}' }),
  refused('remotes: texts', { remotes: `["${touch}"]` }),
  refused('remotes: two in one folder', { remotes: '[{url: /a, dir: x}, {url: /b, dir: x}]' }),
  refused('remotes: a folder where a file is', { files: '[x]', remotes: '[{url: /a, dir: x}]' }),
];

const files = [
  ...inList('files', [...options, ...strayPaths, 'a/b', `x\n${touch}`, '', '\u202ex', 'x'.repeat(300)]),
  harmless(
    'files: shell in a name',
    { files: JSON.stringify([`$(${touch})`, `\`${touch}\``, `x;${touch}`, `'; ${touch}; '`, 'a"b', '*']) },
    'the name is only ever an argument, and such a file has to lie in inputs/',
  ),
];

const others = [
  ...inField('repositories.source', (value) => ({ repositories: `[{source: ${value}, distribution: x}]` }), [
    touch,
    'ppa:evil/ppa',
    `deb http://example.org x\n${touch}`,
    'deb -x y',
    '/etc/apt/sources.list',
    '',
  ]),
  ...inField(
    'repositories.distribution',
    (value) => ({ repositories: `[{source: deb http://example.org x main, distribution: ${value}}]` }),
    [...injections, ...options],
  ),
  ...inField(
    'repositories.packages',
    (value) => ({
      repositories: `[{source: deb http://example.org x main, distribution: x, packages: [${value}]}]`,
    }),
    [...injections, ...options],
  ),
  ...inField(
    'alternatives.package',
    (value) => ({ alternatives: `[{package: ${value}, path: /bin/true}]` }),
    [...injections, '--install', '../x'],
  ),
  ...inField('alternatives.path', (value) => ({ alternatives: `[{package: x, path: ${value}}]` }), [
    'bin/true',
    '../x',
    '/usr/../../x',
    `/x\n${touch}`,
    '-x',
  ]),
  ...inList('optionals', [...options, ...strayPaths, `x\n${touch}`]),
  ...inList('docker_image_digests', [...injections, 'sha256:abc', 'latest']),
  refused('docker_image_digests: more than suites', {
    docker_image_digests: `[${'a'.repeat(64)}, ${'b'.repeat(64)}]`,
  }),
  harmless(
    'repositories: shell in a line',
    { repositories: `[{source: "deb http://example.org/$(${touch}) x; ${touch}", distribution: x}]` },
    "it is a line of a file in the target, which no shell reads; apt knows '$(ARCH)'",
  ),
];

const scripts = [
  harmless(
    'script: runs something',
    { script: `|\n  ${touch}; $(${touch}); '\n  EOF\n  ${touch}` },
    'running in the target is what it is for',
  ),
  harmless(
    'script: ends what it is put into',
    { script: `|\n  fi; done; }; exit 0; '"\n  '; ${touch}; '` },
    'bash in the target reads it from its stdin',
  ),
  refused('script: a NUL byte', { script: '"true\\0"' }),
  refused('script: nothing', { script: '' }),
  refused('script: white space', { script: '"  \\n "' }),
  refused('script: a list', { script: `[${touch}]` }),
];

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const joined = (...parts: (string | Uint8Array)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Buffer.from(part)));
const laughs = Array.from(
  'bcdefghi',
  (name, index) =>
    `${name}: &${name} [${Array(9)
      .fill(`*${'abcdefgh'.charAt(index)}`)
      .join(', ')}]\n`,
);

const yaml = [
  refused('NUL byte', joined(descriptorText(), '# ', bytes(0), '\n')),
  refused('escape character', joined(descriptorText(), '# \u001b[2J\n')),
  refused('UTF-8: a single continuation byte', joined('name: ', bytes(0x80), '\n', descriptorText())),
  refused('UTF-8: too long a form of "/"', joined(descriptorText(), '# ', bytes(0xc0, 0xaf), '\n')),
  refused('UTF-8: a surrogate', joined(descriptorText(), '# ', bytes(0xed, 0xa0, 0x80), '\n')),
  refused('UTF-8: cut short', joined(descriptorText(), '# ', bytes(0xf0, 0x9f, 0x98))),
  refused('Latin-1', joined(descriptorText({ name: undefined }), 'name: caf', bytes(0xe9), '\n')),
  refused('UTF-16', joined(bytes(0xff, 0xfe), Buffer.from(descriptorText(), 'utf16le'))),
  refused('half a surrogate pair in an escape', { name: '"\\ud800"' }),
  refused('gzip', bytes(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 0x2e, 1, 0)),
  refused('larger than 1 MiB', joined(descriptorText(), '#'.repeat(1024 * 1024))),
  refused('one line of a megabyte', { name: 'x'.repeat(1_000_000) }),
  refused('a key of a megabyte', `${'k'.repeat(1_000_000)}: 1\n`),
  refused('half a million brackets', `name: ${'['.repeat(500_000)}`),
  refused('a thousand brackets that close', { name: `${'['.repeat(1000)}${']'.repeat(1000)}` }),
  refused('a thousand maps in maps', { name: `${'{a: '.repeat(1000)}1${'}'.repeat(1000)}` }),
  refused(
    'lists in lists, a line each',
    `name:\n${Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth + 1)}-\n`).join('')}`,
  ),
  refused('a hundred thousand dashes', `name: \n ${'- '.repeat(100_000)}x\n`),
  refused(
    'a hundred thousand unknown keys and no name',
    Array.from({ length: 100_000 }, (_, key) => `k${String(key)}:\n`).join(''),
  ),
  refused('a hundred thousand equal keys', 'name:\n'.repeat(100_000)),
  refused('a hundred thousand bad packages', { packages: `[${Array(100_000).fill('A').join(', ')}]` }),
  refused('a hundred thousand suites that are none', {
    suites: `[${Array.from({ length: 100_000 }, (_, suite) => `-${String(suite)}`).join(', ')}]`,
  }),
  refused('aliases that multiply', `a: &a [x, x, x]\n${laughs.join('')}${descriptorText()}`),
  refused('one alias', { name: '&a test', files: '[*a]' }),
  refused('an alias to itself', { name: 'test', files: '&a [*a]' }),
  refused('an alias as a key', { name: '&a test', '*a ': 'x' }),
  refused('a merge by alias', `base: &b {sudo: true}\n<<: *b\n${descriptorText()}`),
  refused('an object of Ruby', { name: '!ruby/object:Gem::Requirement {x: y}' }),
  refused('a Ruby object by URI', { name: '!<tag:ruby.yaml.org,2002:object> x' }),
  refused('a function of Python', { name: `!!python/object/apply:os.system ["${touch}"]` }),
  refused('a function of JavaScript', { name: '!!js/function ["x"]' }),
  refused('a binary value', { name: '!!binary dGVzdA==' }),
  refused('two documents', `${descriptorText()}---\n${descriptorText()}`),
  refused('a directive', `%TAG ! tag:ruby.yaml.org,2002:\n--- !object\n${descriptorText()}`),
  refused('an empty file', ''),
  refused('comments only', '# nothing\n'),
  refused('a list', `- ${touch}\n`),
  refused('a text', touch),
  refused('an HTML page', '<!DOCTYPE html>\n<html><head><title>429</title></head></html>\n'),
  refused('tabs for indentation', 'suites:\n\t- bookworm\n'),
  harmless(
    'a tag that means nothing',
    { name: '!!python/name:os.system test' },
    'the tag says nothing here, and the text is a name',
  ),
  harmless(
    'keys of every object',
    `__proto__: {sudo: true, script: "${touch}"}\nconstructor: {prototype: {sudo: true}}\ntoString: x\nhasOwnProperty: x\n${descriptorText()}`,
    'maps are no objects, so these are keys that nobody knows',
  ),
  harmless(
    'keys of every object in a remote',
    { remotes: `[{url: /x, dir: x, __proto__: {commit: "${touch}"}, constructor: y}]` },
    'as above',
  ),
  harmless('an anchor that nobody uses', { name: '&a test' }, 'without aliases it says nothing'),
];

/** Descriptors that try to inject, to get out, to exhaust or to confuse, in every field. */
export const hostileDescriptors: readonly HostileDescriptor[] = [
  ...names,
  ...words,
  ...packages,
  ...remotes,
  ...files,
  ...others,
  ...scripts,
  ...yaml,
];
