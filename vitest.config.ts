import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { browsers } from './scripts/browsers.mjs';
import { firefox } from './test/firefox-provider.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const relaxed = ['test/assembly/**/*.test.ts', 'test/core/**/*.test.ts'];

export default defineConfig({
  resolve: {
    alias: [
      { find: /^tekcast$/, replacement: at('bindings/index.ts') },
      { find: /^tekcast\/(tlv|pool)$/, replacement: at('bindings/$1/index.ts') },
      { find: /^tekcast\/pki$/, replacement: at('bindings/pki/index.ts') },
      { find: /^tekcast\/(hazmat|testing)$/, replacement: at('bindings/core/$1.ts') },
    ],
  },
  optimizeDeps: { include: ['fast-check', '@assemblyscript/loader', '@peculiar/x509', 'reflect-metadata'] }, // found late, a dependency reloads the page in the middle of a browser run
  test: {
    reporters: ['default', './test/plain-reporter.ts'],
    globalSetup: ['./test/global-setup.ts'],
    forceRerunTriggers: ['**/assembly/**', '**/asconfig.json', '**/package.json/**', '**/{vitest,vite}.config.*/**'],
    coverage: { provider: 'v8', include: ['bindings/**/*.ts'], exclude: ['bindings/generated/**'] },
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'node', environment: 'node', include: ['test/**/*.test.ts'], exclude: ['test/package/**'] },
      },
      // Node 20 validates relaxed SIMD only behind a flag: the tests of the core run once more with it, on that flavour.
      {
        extends: true,
        test: {
          name: 'relaxed',
          environment: 'node',
          include: relaxed,
          execArgv: process.version.startsWith('v20.') ? ['--experimental-wasm-relaxed-simd'] : [],
        },
      },
      { extends: true, test: { name: 'package', environment: 'node', include: ['test/package/**/*.test.ts'] } },
      ...browsers.map(({ name, path, args }) => ({
        extends: true as const,
        test: {
          name,
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.node.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider:
              name === 'firefox' ? firefox(path) : playwright({ launchOptions: { executablePath: path, args } }),
            instances: [{ browser: name }],
          },
        },
      })),
    ],
  },
});
