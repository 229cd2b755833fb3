// Prints docs/PKM.md from the tables of bindings/pkm: npx tsx scripts/pkm-docs.ts
import { writeFileSync } from 'node:fs';
import { tablesAsMarkdown } from '../bindings/pkm/docs.ts';

writeFileSync(new URL('../docs/PKM.md', import.meta.url), tablesAsMarkdown());
