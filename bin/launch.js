import { fileURLToPath } from 'node:url';

/**
 * Starts the compiled command `name`. What is missing before any of the project's own code can run
 * (a new enough Node, `npm ci`) is said here, in one sentence, with exit code 2.
 */
export async function launch(name) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    refuse(name, `Node ${process.versions.node} is too old`, 'install Node 20.19 or newer');
  }
  const { main } = await import('../dist/bundle/main.js').catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const root = fileURLToPath(new URL('..', import.meta.url));
    refuse(name, 'it is not installed yet: npm ci is missing', `cd '${root}' && npm ci`);
  });
  await main(name);
}

function refuse(name, sentence, hint) {
  process.stderr.write(`${name}: ${sentence}\nhint: ${hint}\n`);
  process.exit(2);
}
