// Cores for tests: small, seeded, so that a failure repeats.
import { vi } from 'vitest';
import { createTestingCore, type TestingCoreOptions } from '../../bindings/core/testing.js';
import type { Core, KeyHandle, TekBirth, TekUse } from '../../bindings/core/types.js';

export function testingCore(options: TestingCoreOptions = {}): Core {
  return createTestingCore({ seed: 1, slots: 64, windows: 64, packets: 256, arenaBytes: 1 << 20, ...options });
}

export function birth(use: TekUse, owner: number, more: Partial<TekBirth> = {}): TekBirth {
  return { use, owner, said: 0x0205, sequence: 0, ...more };
}

/** What a handle shows, in an object of its own: to compare two handles, and to imitate one. */
export function fieldsOf({ core, slot, generation, use, said, sequence }: KeyHandle): KeyHandle {
  return { core, slot, generation, use, said, sequence };
}

/** Hides the kernel's random bytes until mocks are restored: the platform's are Web Crypto's then, everywhere. */
export function withoutKernel(): void {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  if (process?.getBuiltinModule)
    vi.spyOn(process as Required<typeof process>, 'getBuiltinModule').mockReturnValue(undefined);
}

/** The code of the TekcastError that `run` throws, or '' when it throws none. */
export function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (e) {
    return (e as { code?: string }).code ?? `not coded: ${String(e)}`;
  }
  return '';
}

/** The subject of the TekcastError that `run` throws. */
export function subjectOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (e) {
    return (e as { subject?: string }).subject;
  }
  return undefined;
}

/** The example encrypted MAC PDUs of 802.16 §7.5.1.2, in both conventions of CRC-32. */
export const EXAMPLES = [
  {
    tek: 'd50e18a844ac5bf38e4cd72d9b0942e5',
    cid: 0x06c4,
    pn: 0x2157f6bc,
    payload: '00010203',
    sealed: '40401a06c45abcf65721e75536c827a8d71b432ca548',
    msb: '1bd1ba21',
    reflected: 'cbb65f48',
  },
  {
    tek: 'b74eb0e4f81ad63d121b7e9aeccd268f',
    cid: 0x7eb2,
    pn: 0x78d07d08,
    payload: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20',
    sealed: '4040377eb2c7087dd078713fb122b9734fdbfd682ead9dca9f441f62fe0f4a2c45b553173d665b2d53c1b3e7e48d2db761cf94',
    msb: 'fd037b1d',
    reflected: '921b3241',
  },
] as const;

/** Where in memory these bytes stand. */
export function places(memory: Uint8Array, needle: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = memory.indexOf(needle[0] as number); at >= 0; at = memory.indexOf(needle[0] as number, at + 1))
    if (needle.every((byte, i) => memory[at + i] === byte)) found.push(at);
  return found;
}
