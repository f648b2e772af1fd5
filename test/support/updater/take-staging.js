// Takes and gives back the staging folder of a destination with the compiled project for so many milliseconds, and says
// as JSON how often it had it and what went wrong: one of the processes that want it at once.
import { linkSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Staging } from '../../../dist/updater/install/staging.js';

const [destination, milliseconds] = process.argv.slice(2);
const path = join(destination, 'staging');
const inside = join(destination, 'inside');
const dead = join(destination, `dead.${process.pid}`);
writeFileSync(dead, JSON.stringify({ pid: 1, startTime: 'none', bootId: 'none' }));

let taken = 0;
const problems = [];
for (const end = Date.now() + Number(milliseconds); Date.now() < end;) {
  let staging;
  try {
    staging = await Staging.open(path, destination);
    // Fails where another process is inside.
    mkdirSync(inside);
    await staging.clear();
    if (taken++ % 3 === 0) writeFileSync(join(path, 'left'), '');
    rmdirSync(inside);
  } catch (error) {
    if (error.code !== 'update-running') problems.push(String(error));
  } finally {
    await staging?.[Symbol.asyncDispose]();
  }
  if (taken % 5 === 0) leaveDeadLock();
}
process.stdout.write(JSON.stringify({ taken, problems: [...new Set(problems)] }));

function leaveDeadLock() {
  try {
    linkSync(dead, join(path, 'lock'));
  } catch {
    // There is no folder, or somebody has it.
  }
}
