// npm's prepare: builds in a checkout. Where the dev dependencies are absent (npm ci --omit=dev) it says so and is content.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
if (existsSync(join(root, 'node_modules/assemblyscript')) && existsSync(join(root, 'node_modules/tsup')))
  await import('./build.mjs');
else process.stderr.write('tekcast: dev dependencies are not installed, so nothing was built.\n');
