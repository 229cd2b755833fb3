import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { statesAsMarkdown } from '../../bindings/entry/docs.js';

it('docs/STATES.md is what the tables print (npx tsx scripts/state-docs.ts writes it)', () => {
  expect(readFileSync(new URL('../../docs/STATES.md', import.meta.url), 'utf8')).toBe(statesAsMarkdown());
});
