import { copyFileSync, mkdirSync } from 'node:fs';
import { defineConfig } from 'tsup';

const dts = { compilerOptions: { ignoreDeprecations: '6.0' } };

// Two bundles: the universal library, and the command with everything only it needs.
// Neither cleans: each would delete the other's output. scripts/build.mjs empties dist/ once.
export default defineConfig([
  {
    entry: {
      index: 'bindings/index.ts',
      tlv: 'bindings/tlv/index.ts',
      hazmat: 'bindings/core/hazmat.ts',
      testing: 'bindings/core/testing.ts',
      pool: 'bindings/pool/index.ts',
      'pool-worker': 'bindings/pool/pool-worker.ts',
      pki: 'bindings/pki/index.ts',
    },
    format: ['esm', 'cjs'],
    platform: 'neutral',
    target: 'es2022',
    tsconfig: 'tsconfig.build.json',
    dts,
    splitting: true, // also for CJS: all entry points share one wasm copy
    shims: true, // import.meta.url in CJS: where pool-worker lies
    sourcemap: false,
    silent: true,
    esbuildOptions(options, { format }) {
      // Constants of layout.ts become numbers: as variables of the bundle, each use reads one. What makes CommonJS of the chunks cannot read the result.
      options.minifySyntax = format === 'esm';
    },
    external: ['@assemblyscript/loader', '@peculiar/x509', 'reflect-metadata'],
    onSuccess: async () => {
      mkdirSync('dist', { recursive: true });
      copyFileSync('build/const.wasm', 'dist/core.wasm');
    },
  },
  {
    entry: { cli: 'cli/main.ts' },
    format: ['esm'],
    platform: 'node',
    target: 'node20',
    tsconfig: 'tsconfig.json',
    splitting: false,
    sourcemap: false,
    silent: true,
    external: [/^tekcast(\/|$)/, 'lmdb'], // the command resolves the library by self-reference and shares its one wasm copy
    noExternal: [/^(?!tekcast(\/|$)|lmdb$|node:)/],
    metafile: true,
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
  },
]);
