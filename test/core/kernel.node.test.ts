// The kernel's random bytes: taken where they are whole and the device is the device, else it is Web Crypto's turn.
import * as fs from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCore } from '../../bindings/core/core.js';
import { platformEntropy } from '../../bindings/core/entropy.js';
import { fromKernel } from '../../bindings/core/kernel.js';

const LINUX = process.platform === 'linux';
const DEVICE = 0x108;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A host whose /dev/random is as told; says which descriptors were opened and closed, and how. */
function host(device: { rdev?: number; read?: (bytes: Uint8Array) => number }, more: object = {}) {
  const calls: string[] = [];
  const files = {
    constants: fs.constants,
    openSync: (path: string, flags: number) => {
      calls.push(`open ${path} ${flags === (fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)}`);
      return 7;
    },
    fstatSync: () => ({ rdev: device.rdev ?? DEVICE }),
    readSync: (_: number, bytes: Uint8Array) => device.read?.(bytes) ?? bytes.fill(9).length,
    closeSync: (fd: number) => calls.push(`close ${fd}`),
  };
  vi.stubGlobal('process', { platform: 'linux', versions: { node: '20' }, getBuiltinModule: () => files, ...more });
  return calls;
}

const again = () => {
  throw Object.assign(new Error('EAGAIN: resource temporarily unavailable, read'), { code: 'EAGAIN' });
};

describe('random bytes of the kernel', () => {
  it.runIf(LINUX)('fill the array, others each time; Web Crypto is not asked, not by a whole core', async () => {
    const web = vi.spyOn(globalThis.crypto, 'getRandomValues');
    const [a, b] = [new Uint8Array(64), new Uint8Array(64)];
    expect([fromKernel(a), fromKernel(b)]).toEqual([true, true]);
    expect(a).not.toEqual(b);
    expect(new Set(a).size).toBeGreaterThan(16);
    const core = await createCore({ slots: 4 });
    core.keys.generate({ use: 'seal-down', owner: 1, said: 1, sequence: 0 });
    core.dispose();
    expect(web).not.toHaveBeenCalled();
  });

  it('are read without waiting, and the device is closed', () => {
    const calls = host({});
    const bytes = new Uint8Array(32);
    expect(fromKernel(bytes)).toBe(true);
    expect(bytes).toEqual(new Uint8Array(32).fill(9));
    expect(calls).toEqual(['open /dev/random true', 'close 7']);
  });

  it.each([
    ['another file of that name', { rdev: 0x103 }],
    ['no entropy yet', { read: again }],
    ['less than was asked for', { read: (bytes: Uint8Array) => bytes.fill(1, 0, 8).length - 1 }],
  ])('are not taken from %s: Web Crypto fills the array', (_, device) => {
    const calls = host(device);
    const web = vi.spyOn(globalThis.crypto, 'getRandomValues').mockImplementation((bytes) => {
      (bytes as unknown as Uint8Array).fill(5);
      return bytes;
    });
    const bytes = new Uint8Array(32);
    platformEntropy(bytes);
    expect(bytes).toEqual(new Uint8Array(32).fill(5));
    expect(web).toHaveBeenCalledTimes(1);
    expect(calls.at(-1)).toBe('close 7');
  });

  it.each([
    ['no process', undefined],
    ['another system', { platform: 'darwin' }],
    ['Deno', { versions: { node: '20', deno: '2' } }],
    ['Bun', { versions: { node: '20', bun: '1' } }],
    ['a Node without getBuiltinModule', { getBuiltinModule: undefined }],
  ])('are not looked for where there is %s', (_, more) => {
    const calls = host({}, more);
    if (more === undefined) vi.stubGlobal('process', undefined);
    expect(fromKernel(new Uint8Array(8))).toBe(false);
    expect(calls).toEqual([]);
  });

  it('nor where opening is refused', () => {
    host({}, { getBuiltinModule: () => ({ constants: fs.constants, openSync: again }) });
    expect(fromKernel(new Uint8Array(8))).toBe(false);
  });
});
