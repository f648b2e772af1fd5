/** A descriptor that isn't YAML, as people really commit them, and where and why it is refused. */
interface BrokenDescriptor {
  readonly title: string;
  readonly text: string;
  readonly message: string;
}

const lines = (...texts: string[]): string => `${texts.join('\n')}\n`;

/** The ways in which real descriptors are broken. */
export const brokenDescriptors: readonly BrokenDescriptor[] = [
  {
    title: 'a quote that is never closed',
    text: lines('---', 'name: "hello', 'suites:', '- bionic'),
    message: 'x.yml:2:7: the quote that opens here is never closed',
  },
  {
    title: 'a quote that the next one closes',
    text: lines('name: hello', 'packages:', '- "curl', '- "g++"', '- "make"'),
    message: 'x.yml:3:3: the quote that opens here ends only in line 4, in the middle of something',
  },
  {
    title: 'a single quote that an apostrophe closes',
    text: lines("name: 'hello", "files: ['it's']"),
    message: 'x.yml:1:7: the quote that opens here ends only in line 2, in the middle of something',
  },
  {
    title: 'text behind a closing quote',
    text: lines('packages:', '- "curl" "wget"'),
    message: "x.yml:2:10: this doesn't belong to the list: its indentation is wrong, or quotes are missing",
  },
  {
    title: 'conflict markers around keys',
    text: lines(
      'name: hello',
      '<<<<<<< HEAD',
      'suites:',
      '- bionic',
      '=======',
      'suites:',
      '- focal',
      '>>>>>>> topic',
    ),
    message: 'x.yml:2:1: a merge conflict was left in the file',
  },
  {
    title: 'conflict markers in the script',
    text: lines(
      'script: |',
      '  one',
      '<<<<<<< HEAD',
      '  two',
      '=======',
      '  three',
      '>>>>>>> 0123abc (topic)',
    ),
    message: 'x.yml:3:1: a merge conflict was left in the file',
  },
  {
    title: 'conflict markers in a list',
    text: lines('packages:', '- "a"', '<<<<<<< HEAD', '- "b"', '=======', '>>>>>>> topic'),
    message: 'x.yml:3:1: a merge conflict was left in the file',
  },
  {
    title: 'a script that is indented too little',
    text: lines('script: |', '    one', '  two', 'name: x'),
    message: "x.yml:3:3: this doesn't belong to the value: its indentation is wrong, or quotes are missing",
  },
  {
    title: 'a tab before a key',
    text: lines('remotes:', '- url: x', '\tdir: y'),
    message: 'x.yml:3:1: a tab is used where only spaces indent',
  },
  {
    title: 'a colon without a space',
    text: lines('name: hello', 'suites:[bionic]', 'script: x'),
    message: 'x.yml:2:1: a ":" and a space are missing behind this key',
  },
  {
    title: 'a bracket that is never closed',
    text: lines('name: hello', 'suites: [bionic, focal', 'architectures: [amd64]'),
    message: 'x.yml:3:1: a "," or a closing bracket is missing before this',
  },
  {
    title: 'a bracket that the end of the file finds open',
    text: lines('name: hello', 'suites: [bionic, focal'),
    message: 'x.yml:2:9: the bracket that opens here is never closed',
  },
  {
    title: 'a list item between keys',
    text: lines('name: hello', '- bionic', 'script: x'),
    message: "x.yml:2:1: this doesn't belong to anything: its indentation is wrong, or quotes are missing",
  },
  {
    title: 'a colon in text without quotes',
    text: lines('name: hello: world'),
    message: "x.yml:1:12: this doesn't belong to the value: its indentation is wrong, or quotes are missing",
  },
];
