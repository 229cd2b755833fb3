// Official test vectors (NIST ACVP and CAVP, Wycheproof) are read from the folder that TEKCAST_VECTORS names,
// by default ../shared/vectors beside the checkout. Where it is absent the tests that need it are reported as skipped.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of official vectors, or undefined when it is not there. */
export const vectorsFolder: string | undefined = [process.env['TEKCAST_VECTORS'], join(root, '../shared/vectors')].find(
  (f): f is string => f !== undefined && existsSync(f),
);

/** A vector file as text; `.gz` files are unpacked. */
export function vectorText(path: string): string {
  if (vectorsFolder === undefined) throw new Error('official vectors are not here: set TEKCAST_VECTORS');
  const bytes = readFileSync(join(vectorsFolder, path));
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** A vector file as JSON. */
export function vectorJson(path: string): unknown {
  return JSON.parse(vectorText(path));
}
