// Arguments with a will of their own: getters that call the core in the middle of a call, arrays that grow while they are read, byte arrays that
// lie about themselves or are gone. A call means what its arguments were when they were read, or is refused; nothing is half done.
import { ccm, cmac, ctr, keywrap } from 'tekcast/hazmat';
import { describe, expect, it } from 'vitest';
import { SLOT_USE, USE_SEAL_DOWN } from '../../assembly/layout.js';
import { instanceOf } from '../../bindings/core/core.js';
import { linearMemory, slotAddress } from '../../bindings/core/testing.js';
import type { Core, KeyHandle, TekBirth } from '../../bindings/core/types.js';
import { tohex as hex } from '../support/hex.js';
import { birth, codeOf, testingCore } from './support.js';

const KEY = new Uint8Array(16).fill(7);
const MESSAGE = Uint8Array.from({ length: 50 }, (_, i) => i);
const any = (value: unknown) => value as never;

/** A birth that runs `first` when its owner is asked for. */
function withGetter(first: () => void, more: Partial<TekBirth> = {}): TekBirth {
  return {
    ...birth('seal-down', 1, more),
    get owner() {
      first();
      return 1;
    },
  };
}

/** The same bytes in an array that says it has `length` of them and gives others as parts. */
function liar(bytes: Uint8Array, length: number): Uint8Array {
  class Liar extends Uint8Array {
    override subarray(): Uint8Array<ArrayBuffer> {
      return new Uint8Array(70_000).fill(9);
    }
  }
  return Object.defineProperty(new Liar(bytes), 'length', { value: length });
}

function detached(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

const keyBytes = (core: Core, key: KeyHandle) =>
  hex(linearMemory(core).slice(slotAddress(core, key), slotAddress(core, key) + 16));

describe('a birth that calls the core', () => {
  it('is born as it says, and so is what it bore', () => {
    const core = testingCore();
    let other: KeyHandle | undefined;
    const bear = () => {
      other = core.keys.generate(birth('open-up', 2, { said: 9 }));
    };
    const keys = [
      core.keys.generate(withGetter(bear)),
      ...core.keys.generateMany([withGetter(bear), withGetter(bear)]),
    ];
    keys.push(core.keys.put(KEY, withGetter(bear)).key);
    for (const key of keys) {
      expect(String(key)).toMatch(/^TEK\(said=0x0205 /);
      expect(linearMemory(core)[slotAddress(core, key) + SLOT_USE]).toBe(USE_SEAL_DOWN);
    }
    expect(String(other)).toMatch(/^TEK\(said=0x0009 /);
    expect(core.info().slotsUsed).toBe(8);
    core.keys.forget(1);
    expect(keys.some((key) => core.keys.isLive(key))).toBe(false);
  });

  it('bears nothing in a core that it ended', () => {
    for (const call of [
      (core: Core, b: TekBirth) => core.keys.generate(b),
      (core: Core, b: TekBirth) => core.keys.generateMany([birth('seal-down', 1), b]),
      (core: Core, b: TekBirth) => core.keys.put(KEY, b),
      (core: Core, b: TekBirth) => core.keys.twin(core.keys.put(KEY, birth('open-up', 1)).key, b),
    ]) {
      const core = testingCore();
      expect(
        codeOf(() =>
          call(
            core,
            withGetter(() => core.dispose()),
          ),
        ),
      ).toBe('DISPOSED');
      expect(linearMemory(core).some((byte) => byte !== 0)).toBe(false);
    }
  });

  it('has the use that it named first, as a word of its own', () => {
    const core = testingCore();
    let asked = 0;
    const fickle = {
      ...birth('seal-down', 1),
      get use() {
        return asked++ === 0 ? ('seal-down' as const) : ('open-up' as const);
      },
    };
    expect(core.keys.generate(fickle).use).toBe('seal-down');
    for (const use of [['seal-down'], { toString: () => 'seal-down' }, 'constructor', '__proto__', 'toString', 0]) {
      expect(codeOf(() => core.keys.generate({ ...birth('seal-down', 1), use: any(use) }))).toBe('KEY_USE');
      expect(codeOf(() => core.keys.put(KEY, { use: any(use), owner: 1 }))).toBe('KEY_USE');
      expect(codeOf(() => core.keys.fromAk(new Uint8Array(20), { owner: 1, kek: any(use) }))).toBe('KEY_USE');
    }
    expect(core.info().slotsUsed).toBe(1);
  });
});

describe('an array that changes while it is read', () => {
  it('bears what it held, and touches no key', () => {
    const core = testingCore({ slots: 16_384, tombstones: 16_384 });
    const old = core.keys.generateMany([birth('seal-down', 1), birth('seal-down', 1)]);
    const before = old.map((key) => keyBytes(core, key));
    const births = [birth('seal-down', 1), birth('seal-down', 1)];
    Object.defineProperty(births, 0, {
      get() {
        if (births.length < 6000) for (let i = 0; i < 6000; i++) births.push(birth('seal-down', 1));
        return birth('seal-down', 1);
      },
    });
    expect(core.keys.generateMany(births).length).toBe(2);
    const endless = Object.assign([birth('seal-down', 1)], {
      *[Symbol.iterator]() {
        for (let i = 0; i < 6000; i++) yield birth('seal-down', 1);
      },
    });
    expect(core.keys.generateMany(endless).length).toBe(1);
    expect(old.map((key) => keyBytes(core, key))).toEqual(before);
    expect(core.info().slotsUsed).toBe(5);

    const shrinking = [birth('seal-down', 1), birth('seal-down', 1)];
    Object.defineProperty(shrinking, 0, { get: () => shrinking.splice(1) && birth('seal-down', 1) });
    for (const rows of [shrinking, [undefined], [null], [7]])
      expect(codeOf(() => core.keys.generateMany(any(rows)))).toBe('TYPE');
    expect(core.info().slotsUsed).toBe(5);
  });

  it('bears what it held though more keys are born while it is read', () => {
    const core = testingCore();
    const within: KeyHandle[] = [];
    const births = [1, 2, 3].map((said) => birth('seal-down', 1, { said }));
    Object.defineProperty(births, 1, {
      get() {
        within.push(...core.keys.generateMany([7, 8, 9].map((said) => birth('open-down', 2, { said }))));
        return birth('seal-down', 1, { said: 2 });
      },
    });
    const born = core.keys.generateMany(births);
    expect(born.map(({ use, said }) => [use, said])).toEqual([1, 2, 3].map((said) => ['seal-down', said]));
    expect(within.map(({ use, said }) => [use, said])).toEqual([7, 8, 9].map((said) => ['open-down', said]));
  });

  it('wraps each key under the KEK beside it', () => {
    const core = testingCore();
    const [a, b, c] = core.keys.generateMany([1, 2, 3].map((owner) => birth('seal-down', owner)));
    const kek = core.keys.put(KEY, { use: 'kek-aeskw', owner: 1 }).key;
    const other = core.keys.put(MESSAGE.slice(0, 16), { use: 'kek-aeskw', owner: 1 }).key;
    const keys = [a, b] as KeyHandle[];
    const expected = hex(core.keys.wrapMany(keys, [kek, kek]));
    Object.defineProperty(keys, 1, {
      get() {
        core.keys.wrapMany([c as KeyHandle], [other]);
        return b;
      },
    });
    expect(hex(core.keys.wrapMany(keys, [kek, kek]))).toBe(expected);
  });
});

describe('bytes that lie about themselves', () => {
  it('count as what they are in the vault', () => {
    const core = testingCore();
    const mac = core.keys.put(new Uint8Array(20), { use: 'mac', owner: 1 }).key;
    const kek = core.keys.put(KEY, { use: 'kek-aeskw', owner: 1 }).key;
    const digest = core.keys.hmac(mac, MESSAGE);
    for (const length of [0, 10, 2000, 2 ** 31, -1]) {
      const message = liar(MESSAGE, length);
      expect(hex(core.keys.hmac(mac, message))).toBe(hex(digest));
      expect(core.keys.verifyHmac(mac, message, liar(digest, length))).toBe(true);
      expect(core.keys.borrow(liar(new Uint8Array(80), length), kek, 1)).toBeUndefined();
      expect(core.keys.isLive(core.keys.generate({ ...birth('seal-down', 1), context: message }))).toBe(true);
    }
    expect(codeOf(() => core.keys.put(liar(new Uint8Array(15), 16), birth('seal-down', 1)))).toBe('LENGTH');
    expect(codeOf(() => core.keys.fromAk(liar(new Uint8Array(19), 20), { owner: 1, kek: 'kek-ecb' }))).toBe('LENGTH');
    expect(core.keys.isLive(mac)).toBe(true);
  });

  it('count as what they are in the one-shot modes', () => {
    const nonce = MESSAGE.subarray(0, 13);
    const long = Uint8Array.from({ length: 70_001 }, (_, i) => i);
    for (const length of [0, 10, 80_000]) {
      expect(hex(cmac(liar(KEY, length), liar(long, length)))).toBe(hex(cmac(KEY, long)));
      expect(hex(ctr(KEY, liar(KEY, length), liar(long, length)))).toBe(hex(ctr(KEY, KEY, long)));
      const sealed = ccm.seal(KEY, liar(nonce, length), liar(MESSAGE, length), { aad: liar(long, length) });
      expect(hex(sealed)).toBe(hex(ccm.seal(KEY, nonce, MESSAGE, { aad: long })));
      expect(hex(ccm.open(KEY, nonce, liar(sealed, length), { aad: long }) as Uint8Array)).toBe(hex(MESSAGE));
      const wrapped = keywrap.wrap(liar(KEY, length), liar(KEY, length));
      expect(hex(keywrap.unwrap(KEY, liar(wrapped, length)) as Uint8Array)).toBe(hex(KEY));
      expect(hex(keywrap.wrapAll([liar(KEY, length)], [liar(KEY, length)])[0] as Uint8Array)).toBe(hex(wrapped));
    }
    expect(codeOf(() => ctr(liar(new Uint8Array(5), 16), KEY, MESSAGE))).toBe('LENGTH');
  });
});

describe('bytes that are gone', () => {
  it('are refused', () => {
    const core = testingCore();
    const mac = core.keys.put(new Uint8Array(20), { use: 'mac', owner: 1 }).key;
    const sa = { key: core.keys.put(KEY, birth('seal-down', 1)).key, eks: 0, cid: 1 };
    const traffic = core.traffic({ packets: 1 });
    for (const length of [0, 16])
      for (const call of [
        () => core.keys.hmac(mac, detached(length)),
        () => core.keys.put(detached(length), birth('seal-down', 1)),
        () => traffic.addPayload(sa, detached(length)),
        () => cmac(KEY, detached(length)),
        () => cmac(detached(length), MESSAGE),
      ])
        expect(codeOf(call)).toBe('TYPE');
    expect(traffic.length).toBe(0);
  });

  it('in the middle of a call make no key of what lay there before', () => {
    const core = testingCore();
    const ak = new Uint8Array(20).fill(3);
    const vanish = () => structuredClone(ak.buffer, { transfer: [ak.buffer] });
    const options = {
      owner: 1,
      get kek() {
        vanish();
        return 'kek-ecb' as const;
      },
    };
    expect(codeOf(() => core.keys.fromAk(ak, options))).toBe('TYPE');
    const tek = new Uint8Array(16);
    const gone = withGetter(() => structuredClone(tek.buffer, { transfer: [tek.buffer] }));
    expect(codeOf(() => core.keys.put(tek, gone))).toBe('TYPE');
    expect(core.info().slotsUsed).toBe(0);
  });

  it('nor is a Proxy of bytes any', () => {
    const core = testingCore();
    const proxy = new Proxy(new Uint8Array(16), {});
    expect(codeOf(() => core.keys.put(proxy, birth('seal-down', 1)))).toBe('TYPE');
    expect(codeOf(() => cmac(KEY, proxy))).toBe('TYPE');
  });

  it('and are taken without asking their prototype, which may be one', () => {
    const core = testingCore();
    const { key } = core.keys.put(KEY, birth('seal-down', 1));
    const other = core.keys.put(new Uint8Array(16).fill(9), birth('seal-down', 1)).key;
    const traffic = core.traffic({ packets: 4 });
    let asked = 0;
    const trap = () => {
      asked++;
      traffic.addPayload({ key: other, eks: 1, cid: 2 }, new Uint8Array(1));
      return Uint8Array.prototype;
    };
    const bytes = new Uint8Array(40);
    Object.setPrototypeOf(bytes, new Proxy(Uint8Array.prototype, { getPrototypeOf: trap }));
    traffic.addPayload({ key, eks: 0, cid: 1 }, bytes);
    expect([asked, traffic.length, traffic.seal()]).toEqual([0, 1, 1]);
    expect(traffic.arena[traffic.start(0) + 4]).toBe(1); // the CID's low byte
  });
});

describe('an SA that calls the batch it is added to', () => {
  const payload = (fill: number, length = 40) => new Uint8Array(length).fill(fill);

  function stage() {
    const core = testingCore();
    const tek = KEY.slice();
    const seal = { key: core.keys.put(tek, birth('seal-down', 1)).key, eks: 0, cid: 1 };
    const open = { key: core.keys.put(tek, birth('open-down', 2)).key, eks: 0, cid: 1 };
    const traffic = core.traffic({ packets: 8 });
    const calling = (then: () => void, sa = seal) => ({
      key: sa.key,
      eks: 0,
      get cid() {
        then();
        return 1;
      },
    });
    /** First bytes of the payloads that come out of what the batch seals. */
    const sealed = () => {
      traffic.seal();
      const pdus = [...traffic.results()].map((r) => (r.bytes as Uint8Array).slice());
      const up = core.traffic({ packets: 8 });
      for (const pdu of pdus) up.addPdu(open, pdu);
      up.open();
      const firsts = [...up.results()].map((r) => (r.code === '' ? r.bytes[0] : r.code));
      up.dispose();
      return firsts;
    };
    return { core, seal, open, traffic, calling, sealed };
  }

  it('is added after what it added', () => {
    const { seal, traffic, calling, sealed } = stage();
    for (let i = 0; i < 4; i++) traffic.addPayload(seal, payload(i));
    traffic.seal();
    traffic.addPayload(seal, payload(10));
    const outer = traffic.addPayload(
      calling(() => expect(traffic.addPayload(seal, payload(11, 100))).toBe(1)),
      payload(12),
    );
    traffic.addPayload(seal, payload(13));
    expect([outer, sealed()]).toEqual([2, [10, 11, 12, 13]]);
  });

  it('begins the next batch when it ended this one', () => {
    const { seal, traffic, calling, sealed } = stage();
    for (const end of [() => traffic.seal(), () => traffic.clear()]) {
      traffic.addPayload(seal, payload(20));
      expect(traffic.addPayload(calling(end), payload(21))).toBe(0);
      expect(sealed()).toEqual([21]);
    }
  });

  it('writes nothing into a batch that it gave back', () => {
    const { core, seal, traffic, calling } = stage();
    let next = traffic;
    const dispose = () => {
      traffic.dispose();
      next = core.traffic({ packets: 8 });
      next.addPayload(seal, payload(31));
    };
    expect(codeOf(() => traffic.addPayload(calling(dispose), payload(30, 500)))).toBe('DISPOSED');
    expect(next.arena.includes(30)).toBe(false);
    expect(
      codeOf(() =>
        next.addPayload(
          calling(() => core.dispose()),
          payload(30),
        ),
      ),
    ).toBe('DISPOSED');
    expect(linearMemory(core).some((byte) => byte !== 0)).toBe(false);
  });

  it('has its bytes counted after it was asked', () => {
    const { open, seal, traffic, calling } = stage();
    const bytes = payload(40);
    const vanish = () => structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    expect(codeOf(() => traffic.addPayload(calling(vanish), bytes))).toBe('TYPE');
    for (const frame of ['7', 1n, { valueOf: () => traffic.addPdu(open, payload(1)) }, -1, 0.5, Number.NaN, 2 ** 32])
      expect(codeOf(() => traffic.addPdu(open, payload(41), any(frame)))).toBe('RANGE');
    expect(traffic.length).toBe(0);
    traffic.addPayload(seal, payload(42));
    for (const now of ['5', 5n, null, { valueOf: () => traffic.clear() }])
      expect(codeOf(() => traffic.seal(any(now)))).toBe('TYPE');
    expect([traffic.length, traffic.seal(5)]).toEqual([1, 1]);
  });
});

describe('a call into the core that ends half way', () => {
  it('leaves a batch without results, and its packets are not sealed twice', () => {
    const core = testingCore();
    const sa = { key: core.keys.put(KEY, birth('seal-down', 1)).key, eks: 0, cid: 1 };
    const traffic = core.traffic({ packets: 2 });
    const { exports } = instanceOf(core);
    const { sealBatch } = exports;
    exports.sealBatch = (...args) => {
      sealBatch(...args);
      throw new RangeError('Maximum call stack size exceeded');
    };
    traffic.addPayload(sa, MESSAGE);
    expect(() => traffic.seal()).toThrow(RangeError);
    expect([traffic.length, ...traffic.results()]).toEqual([0]);
    expect(codeOf(() => traffic.code(0))).toBe('RANGE');
    exports.sealBatch = sealBatch;
    expect(traffic.seal()).toBe(0);
    traffic.addPayload(sa, MESSAGE);
    expect([traffic.seal(), traffic.pn(0)]).toEqual([1, 2]);
  });
});
