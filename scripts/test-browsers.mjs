// npm run test:browser: the universal tests in every browser of this machine, one after the other; a browser that is not there is
// one skipped test that says so. Ends with one line over all of them.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { absent, browsers } from './browsers.mjs';

const vitest = fileURLToPath(new URL('./vitest.mjs', import.meta.resolve('vitest/package.json')));
const CLOSING = /^(\d+) passed, (\d+) failed, (\d+) skipped$/gm;

/** Runs one project, its output passed on; resolves to its counts. */
function run(name) {
  const child = spawn(process.execPath, [vitest, 'run', '--project', name, ...process.argv.slice(2)], {
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
    process.stdout.write(chunk);
  });
  return new Promise((resolve) => {
    child.on('close', (status) => {
      const [passed = 0, failed = 1, skipped = 0] = ([...text.matchAll(CLOSING)].at(-1) ?? []).slice(1).map(Number);
      resolve([passed, status !== 0 && failed === 0 ? 1 : failed, skipped]);
    });
  });
}

const total = [0, 0, 0];
for (const { name } of browsers) {
  console.log(`\n${name}:`);
  for (const [i, count] of (await run(name)).entries()) total[i] += count;
}
for (const { name, why } of absent) {
  console.log(`\n${name}: skipped: ${why}`);
  total[2]++;
}
console.log(`\n${total[0]} passed, ${total[1]} failed, ${total[2]} skipped`);
process.exitCode = total[1] > 0 ? 1 : 0;
