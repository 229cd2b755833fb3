// Prints docs/STATES.md from the tables of bindings/auth and bindings/entry: npx tsx scripts/state-docs.ts
import { writeFileSync } from 'node:fs';
import { statesAsMarkdown } from '../bindings/entry/docs.ts';

writeFileSync(new URL('../docs/STATES.md', import.meta.url), statesAsMarkdown());
