import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tablesAsMarkdown } from '../../bindings/pkm/docs.js';

it('docs/PKM.md is what the tables print (npx tsx scripts/pkm-docs.ts writes it)', () => {
  expect(readFileSync(new URL('../../docs/PKM.md', import.meta.url), 'utf8')).toBe(tablesAsMarkdown());
});
