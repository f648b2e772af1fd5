const { join } = require('node:path');

/**
 * Starts the compiled command `name`. What is missing before any of the project's own code can run
 * (a new enough Node, `npm ci`) is said here, in one sentence, with exit code 2.
 */
exports.launch = async (name) => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    refuse(name, `Node ${process.versions.node} is too old`, 'install Node 20.19 or newer');
  }
  await load(name).main(name);
};

function load(name) {
  try {
    return require('../dist/bundle/main.js');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    const root = join(__dirname, '../');
    return refuse(name, 'it is not installed yet: npm ci is missing', `cd '${root}' && npm ci`);
  }
}

function refuse(name, sentence, hint) {
  process.stderr.write(`${name}: ${sentence}\nhint: ${hint}\n`);
  process.exit(2);
}
