/** Where the customised program finds this package. */
export interface PackagePlace {
  /** The package's name, for who installed it with npm. */
  readonly name: string;
  /** The URL of `dist/bundle/main.js` where the program was made. */
  readonly main: string;
}

/** How such a program begins, by which it is known again. */
const head = `#!/usr/bin/env node
// Installs and updates one package, for which the configuration is built in; see gitian-updater(1).
`;

/** Whether a file is a program that `customisedProgram` wrote. */
export function isCustomisedProgram(bytes: Uint8Array): boolean {
  return Buffer.from(bytes).toString('latin1').startsWith(head);
}

/**
 * The text of an executable with a configuration built in. It looks for this package where it was made, where Node finds
 * packages from the program's own place, and where a `gitian-updater` on the PATH belongs to. It is plain enough to be
 * read as either kind of Node module, since the folder it lies in decides which it is.
 */
export function customisedProgram(configuration: Uint8Array, { name, main }: PackagePlace): string {
  const base64 = Buffer.from(configuration).toString('base64');
  return `${head}const configuration = \`
${(base64.match(/.{1,100}/g) ?? []).join('\n')}
\`;
const place = ${JSON.stringify(main)};

async function candidates() {
  const [{ createRequire }, { realpathSync, existsSync }, { delimiter, dirname, isAbsolute, join }, { pathToFileURL }] =
    await Promise.all(['module', 'fs', 'path', 'url'].map((part) => import('node:' + part)));
  const found = [place];
  try {
    found.push(pathToFileURL(createRequire(realpathSync(process.argv[1])).resolve(${JSON.stringify(`${name}/dist/bundle/main.js`)})).href);
  } catch {}
  for (const folder of (process.env.PATH || '').split(delimiter)) {
    const program = join(folder, 'gitian-updater');
    if (!isAbsolute(folder) || !existsSync(program)) continue;
    found.push(pathToFileURL(join(dirname(realpathSync(program)), '..', 'dist', 'bundle', 'main.js')).href);
  }
  return found.filter((url) => existsSync(new URL(url)));
}

async function start() {
  const [main] = await candidates();
  if (main === undefined) {
    process.stderr.write('this program needs gitian-updater, which is not to be found\\nhint: npm install --global ${name}\\n');
    process.exit(2);
  }
  const { basename } = await import('node:path');
  const own = { name: basename(process.argv[1]), configuration: configuration.replace(/\\s/g, '') };
  await (await import(main)).main('gitian-updater', own);
}

start();
`;
}
