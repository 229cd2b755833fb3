// What a page or a worker has to load: each flavour that ships, in bytes.
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const LIMIT = 36 * 1024;

test.each(['const', 'relaxed'])('the %s flavour has at most 36 KB', (flavour) => {
  expect(statSync(fileURLToPath(new URL(`../../build/${flavour}.wasm`, import.meta.url))).size).toBeLessThanOrEqual(
    LIMIT,
  );
});
