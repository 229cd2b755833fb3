import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { VERSION } from '../../bindings/core/version.js';

it('the version that info() reports is the package’s', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(VERSION).toBe(version);
});
