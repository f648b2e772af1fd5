import { harmless, refused, touch, type Changes, type HostileDescriptor } from './descriptor.js';

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

/** Descriptors that try to inject, to get out or to confuse, by what stands in a field. */
export const hostileFields: readonly HostileDescriptor[] = [
  ...names,
  ...words,
  ...packages,
  ...remotes,
  ...files,
  ...others,
  ...scripts,
];
