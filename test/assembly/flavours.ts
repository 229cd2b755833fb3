// The wasm flavours that were built, as compiled modules: those that this engine validates. The others are reported as skipped.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Flavour {
  readonly name: 'const' | 'relaxed' | 'scalar' | 'debug';
  /** Undefined when the engine does not validate it: relaxed SIMD needs a flag on Node 20. */
  readonly module: WebAssembly.Module | undefined;
}

// With the flag set on purpose, this is the run for the relaxed flavour alone.
const names: readonly Flavour['name'][] = process.execArgv.includes('--experimental-wasm-relaxed-simd')
  ? ['relaxed']
  : ['const', 'relaxed', 'scalar', 'debug'];

function flavour(name: Flavour['name']): Flavour {
  const file = `${root}build/${name}.wasm`;
  if (!existsSync(file)) throw new Error(`build/${name}.wasm is missing: node scripts/asbuild.mjs`);
  const bytes = readFileSync(file);
  return { name, module: WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined };
}

export const flavours: readonly Flavour[] = names.map(flavour);

/** One block of tests for each flavour; one skipped test in place of those that do not validate. */
export function describeFlavours(
  title: string,
  tests: (module: WebAssembly.Module, name: Flavour['name']) => void,
): void {
  for (const { name, module } of flavours) {
    if (module === undefined) test.skip(`${title} (${name}): does not validate here`);
    else describe(`${title} (${name})`, () => tests(module, name));
  }
}
