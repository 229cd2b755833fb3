// What a first core makes Node load: its own crypto, while the core is compiled on another thread, and nothing else.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCore } from '../../bindings/core/core.js';
import { withoutKernel } from './support.js';

afterEach(() => vi.restoreAllMocks());

describe('createCore', () => {
  it('does not look at Response, for which Node loads its HTTP client', async () => {
    const looked = vi.spyOn(globalThis, 'Response', 'get');
    (await createCore({ slots: 1 })).dispose();
    expect(looked).not.toHaveBeenCalled();
  });

  it('wakes the platform before the core is there, and takes all its random bytes after', async () => {
    withoutKernel();
    const asked: string[] = [];
    const random = globalThis.crypto.getRandomValues.bind(globalThis.crypto);
    vi.spyOn(globalThis.crypto, 'getRandomValues').mockImplementation((bytes) => {
      asked.push(`${bytes?.byteLength} bytes`);
      return random(bytes);
    });
    const { instantiate } = WebAssembly;
    vi.spyOn(WebAssembly, 'instantiate').mockImplementation((async (module: WebAssembly.Module) => {
      asked.push('instance');
      return instantiate(module, {});
    }) as typeof instantiate);
    (await createCore({ slots: 1 })).dispose();
    expect(asked).toEqual(['0 bytes', 'instance', '48 bytes']);
  });

  it('fails with ENTROPY where the platform has no random bytes', async () => {
    withoutKernel();
    vi.spyOn(globalThis.crypto, 'getRandomValues').mockImplementation(() => {
      throw new Error('none');
    });
    await expect(createCore({ slots: 1 })).rejects.toMatchObject({ code: 'ENTROPY' });
  });
});
