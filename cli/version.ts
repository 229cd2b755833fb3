import { readFileSync } from 'node:fs';

/** From package.json, which stands one folder above both cli/ and dist/. */
export const version = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
