/// <reference types="vite/client" />
// A test named after a row of docs/RULINGS.md.
import { test } from 'vitest';
import table from '../../docs/RULINGS.md?raw';

/** The case column. */
export const cases: readonly string[] = table
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| case '))
  .map((line) => (line.split(' | ')[0] ?? '').slice(2).trim());

/** A ruling's test; `detail` where one case has several. */
export function ruling(name: string, detail: string, body: () => void): void {
  test(detail === '' ? name : `${name} — ${detail}`, () => {
    if (!cases.includes(name)) throw new Error(`docs/RULINGS.md has no case "${name}"`);
    body();
  });
}
