import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.doUnmock('@peculiar/x509');
  vi.resetModules();
});

it('says what to install where the library is missing, and only when it is needed', async () => {
  vi.doMock('@peculiar/x509', () => {
    throw new Error('not installed');
  });
  const { createPki } = await import('../../bindings/pki/index.js');
  const error = await createPki().catch((e: unknown) => e);
  expect(error).toMatchObject({ name: 'TekcastError', code: 'PKI_MISSING' });
  expect(String(error)).toContain('PKI_MISSING: npm i @peculiar/x509 reflect-metadata');
});
