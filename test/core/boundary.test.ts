// What a caller may get wrong at the core's edge: each is a coded error, and nothing of the core moves or shows.
import { describe, expect, it } from 'vitest';
import { LAYOUT_VERSION } from '../../assembly/layout.js';
import { createCore, createCoreSync } from '../../bindings/core/core.js';
import { ccm } from '../../bindings/core/hazmat.js';
import { testingDrbg } from '../../bindings/core/testing.js';
import type { KeyHandle, TrafficSa } from '../../bindings/core/types.js';
import { birth, codeOf, fieldsOf, subjectOf, testingCore } from './support.js';

const KEY = new Uint8Array(16).fill(7);
const sa = (key: KeyHandle, more: Partial<TrafficSa> = {}): TrafficSa => ({ key, eks: 0, cid: 1, ...more });
const any = (value: unknown) => value as never;

describe('what is no handle', () => {
  it('is refused, whatever it looks like', () => {
    const core = testingCore();
    const { key } = core.keys.put(KEY, birth('seal-down', 1));
    for (const fake of [
      undefined,
      null,
      1,
      'TEK',
      {},
      fieldsOf(key),
      Object.create(key),
      { ...fieldsOf(key), slot: 0.5 },
    ]) {
      expect(codeOf(() => core.keys.erase(any(fake)))).toBe('TYPE');
      expect(codeOf(() => core.keys.isLive(any(fake)))).toBe('TYPE');
      expect(codeOf(() => core.keys.wrap(key, any(fake)))).toBe('TYPE');
    }
    expect(codeOf(() => core.traffic({ packets: 1 }).addPayload(sa(any({})), KEY))).toBe('TYPE');
    expect(core.keys.isLive(key)).toBe(true);
  });

  it('shows no bytes of a MAC key as a time of use', () => {
    const core = testingCore();
    const { key } = core.keys.put(new Uint8Array(20).fill(9), { use: 'mac', owner: 1 });
    expect(codeOf(() => core.keys.counters({ ...fieldsOf(key), use: 'seal-down' }))).toBe('TYPE');
  });
});

describe('bytes of another kind', () => {
  it('are refused with the argument’s name', () => {
    const core = testingCore();
    const { keys } = core;
    const kek = keys.put(KEY, { use: 'kek-aeskw', owner: 1 }).key;
    const mac = keys.put(new Uint8Array(20), { use: 'mac', owner: 1 }).key;
    const { key } = keys.put(KEY, birth('seal-down', 1));
    const opener = keys.put(KEY, birth('open-down', 1)).key;
    const traffic = core.traffic({ packets: 4 });
    for (const other of ['0123456789abcdef', new Uint16Array(16), new DataView(new ArrayBuffer(16)), new Array(16)]) {
      const calls: [string, () => unknown][] = [
        ['bytes', () => keys.put(any(other), birth('seal-up', 1))],
        ['context', () => keys.generate({ ...birth('seal-up', 1), context: any(other) })],
        ['ak', () => keys.fromAk(any(other), { owner: 1, kek: 'kek-aeskw' })],
        ['blob', () => keys.unwrap(any(other), kek, birth('open-up', 1))],
        ['message', () => keys.hmac(mac, any(other))],
        ['digest', () => keys.verifyHmac(mac, KEY, any(other))],
        ['note', () => keys.borrow(any(other), kek, 1)],
        ['payload', () => traffic.addPayload(sa(key), any(other))],
        ['pdu', () => traffic.addPdu(sa(opener), any(other))],
      ];
      for (const [name, call] of calls) expect([codeOf(call), subjectOf(call)]).toEqual(['TYPE', name]);
    }
    expect(core.info().slotsUsed).toBe(4);
    expect(traffic.length).toBe(0);
  });
});

/** A module with a core's exports `layout` (below 64), `flavour`, which answers 1, and `init`, which answers false. */
function coreOf(layout: number): WebAssembly.Module {
  const FUNCTION = 0;
  const GLOBAL = 3;
  const name = (text: string, ...what: number[]) => [text.length, ...new TextEncoder().encode(text), ...what];
  const section = (id: number, count: number, ...bytes: number[]) => [id, bytes.length + 1, count, ...bytes];
  const answer = (value: number) => [4, 0, 0x41, value, 0x0b];
  return new WebAssembly.Module(
    Uint8Array.of(
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, 2, 0x60, 0, 1, 0x7f, 0x60, 6, ...Array(6).fill(0x7f), 1, 0x7f), // types: () => i32 and init's
      ...section(3, 2, 0, 1),
      ...section(6, 1, 0x7f, 0, 0x41, layout, 0x0b),
      ...section(7, 3, ...name('layout', GLOBAL, 0), ...name('flavour', FUNCTION, 0), ...name('init', FUNCTION, 1)),
      ...section(10, 2, ...answer(1), ...answer(0)),
    ),
  );
}

describe('what is no core', () => {
  it('is refused as a module', () => {
    const module = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    expect([codeOf(() => createCoreSync({ module })), subjectOf(() => createCoreSync({ module }))]).toEqual([
      'TYPE',
      'module',
    ]);
  });

  it('is refused by its number when it was built for another layout', async () => {
    const module = coreOf(LAYOUT_VERSION + 1);
    const error = { code: 'TYPE', subject: 'module', value: LAYOUT_VERSION + 1 };
    expect(() => createCoreSync({ module })).toThrow(expect.objectContaining(error));
    await expect(createCore({ module })).rejects.toMatchObject(error);
    // It is the number that it was refused for: with the right one it goes further, and fails for want of memory.
    expect(codeOf(() => createCoreSync({ module: coreOf(LAYOUT_VERSION) }))).toBe('MEMORY');
  });

  it('is refused too when it wants imports, is no module, or finds no memory', async () => {
    const importing = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 97, 1, 98, 0, 0);
    for (const module of [new WebAssembly.Module(importing), any({}), any(new Uint8Array(8))]) {
      expect(codeOf(() => createCoreSync({ module }))).toBe('TYPE');
      await expect(createCore({ module })).rejects.toMatchObject({ code: 'TYPE', subject: 'module' });
    }
    const { Instance } = WebAssembly;
    WebAssembly.Instance = class {
      constructor() {
        throw new RangeError('Out of memory: Cannot allocate Wasm memory for new instance');
      }
    } as unknown as typeof Instance;
    try {
      expect(codeOf(() => createCoreSync())).toBe('MEMORY');
    } finally {
      WebAssembly.Instance = Instance;
    }
  });
});

describe('a DRBG for tests', () => {
  it('stays within its lengths', () => {
    const core = testingCore();
    const { key } = core.keys.put(KEY, birth('seal-down', 1));
    const none = new Uint8Array(0);
    const plain = testingDrbg(core, false);
    expect(codeOf(() => plain.instantiate(new Uint8Array(31), none, none))).toBe('LENGTH');
    plain.instantiate(new Uint8Array(32).fill(1), none, none);
    expect(codeOf(() => plain.reseed(new Uint8Array(32), new Uint8Array(33)))).toBe('LENGTH');
    expect(codeOf(() => plain.generate(16, new Uint8Array(33)))).toBe('LENGTH');
    expect(codeOf(() => plain.generate(70_000, none))).toBe('RANGE');
    expect(core.keys.isLive(key)).toBe(true);
  });
});

describe('CCM', () => {
  it('a key that is none is refused, however short the message', () => {
    expect(codeOf(() => ccm.open(any('key'), new Uint8Array(13), new Uint8Array(3)))).toBe('TYPE');
  });
});

describe('a batch', () => {
  it('of more bytes than there can be takes none', () => {
    const core = testingCore();
    for (const bytes of [2 ** 31, 2 ** 31 - 1, 2 ** 31 - 16, 2 ** 30])
      expect(codeOf(() => core.traffic({ packets: 1, bytes }))).toBe('ARENA_FULL');
    const traffic = core.traffic({ packets: 1 });
    const { key } = core.keys.put(KEY, birth('seal-down', 1));
    traffic.addPayload(sa(key), KEY);
    expect(traffic.seal()).toBe(1);
    traffic.dispose();
    expect(core.keys.isLive(key)).toBe(true);
  });

  it('has no EKS or CID but those of a header', () => {
    const core = testingCore();
    const { key } = core.keys.put(KEY, birth('seal-down', 1));
    const traffic = core.traffic({ packets: 4 });
    for (const eks of [-1, 4, 0.5, Number.NaN])
      expect(subjectOf(() => traffic.addPayload(sa(key, { eks }), KEY))).toBe('eks');
    for (const cid of [-1, 65_536, 0.5, Number.NaN])
      expect(subjectOf(() => traffic.addPayload(sa(key, { cid }), KEY))).toBe('cid');
    expect(traffic.length).toBe(0);
  });

  it('has results at whole numbers only', () => {
    const core = testingCore();
    const { key } = core.keys.put(KEY, birth('seal-down', 1));
    const traffic = core.traffic({ packets: 4 });
    for (let i = 0; i < 2; i++) traffic.addPayload(sa(key), KEY);
    traffic.seal();
    for (const index of [0.5, -1, 2, Number.NaN, 2 ** 32, any('0')])
      expect(codeOf(() => traffic.code(index))).toBe('RANGE');
  });

  it('says nothing more once its core is disposed, and takes nothing more', () => {
    const core = testingCore();
    const { key } = core.keys.put(KEY, birth('open-down', 1));
    const traffic = core.traffic({ packets: 4 });
    const adding = core.traffic({ packets: 4 });
    traffic.addPdu(sa(key), new Uint8Array(30));
    traffic.open();
    expect(traffic.code(0)).toBe('LEN');
    adding.addPdu(sa(key), KEY);
    core.dispose();
    for (const call of [
      () => traffic.code(0),
      () => [...traffic.results()],
      () => traffic.pn(0),
      () => adding.addPdu(sa(key), KEY),
    ])
      expect(codeOf(call)).toBe('DISPOSED');
    expect(adding.arena.every((b) => b === 0)).toBe(true);
  });
});

describe('nonces', () => {
  it('MBS seals in one direction only: its counter has none', () => {
    const { keys } = testingCore();
    keys.put(KEY, birth('seal-down', 1, { cipher: 'mbs' }));
    for (const use of ['seal-up', 'open-up'] as const)
      expect(codeOf(() => keys.put(KEY, birth(use, 1, { cipher: 'mbs' })))).toBe('KEY_USE');
  });

  it('a twin has its key’s owner: no other may have its PN forgotten', () => {
    const { keys } = testingCore();
    const { key } = keys.put(KEY, birth('open-down', 1));
    expect(codeOf(() => keys.twin(key, birth('seal-up', 2)))).toBe('KEY_USE');
    expect(keys.twin(key, birth('seal-up', 1)).outcome).toBe('new');
  });
});
