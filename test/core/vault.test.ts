import { describe, expect, it } from 'vitest';
import { SLOT_GENERATION } from '../../assembly/layout.js';
import { pduAt, ROW_WORDS } from '../../bindings/core/place.js';
import { createTestingCore, linearMemory, slotAddress } from '../../bindings/core/testing.js';
import type { TrafficBatch } from '../../bindings/core/traffic.js';
import type { Core, KeyHandle, KeyUse, TekUse } from '../../bindings/core/types.js';
import { tohex as hex, unhex } from '../support/hex.js';
import { Random } from '../support/random.js';
import { birth, codeOf, fieldsOf, subjectOf, testingCore } from './support.js';

const KEY = unhex('00112233445566778899aabbccddeeff');

function seal(core: Core, key: KeyHandle, n = 1): number[] {
  const traffic = core.traffic({ packets: n, bytes: n * 256 });
  for (let i = 0; i < n; i++) traffic.addPayload({ key, eks: 0, cid: 1 }, new Uint8Array(3));
  traffic.seal();
  const pns = Array.from({ length: n }, (_, i) => (traffic.code(i) === '' ? traffic.pn(i) : -1));
  traffic.dispose();
  return pns;
}

describe('handles', () => {
  it('print what they name and nothing else', () => {
    const core = testingCore();
    const tek = core.keys.put(KEY, birth('seal-down', 1, { sequence: 2 })).key;
    const mac = core.keys.put(new Uint8Array(20), { use: 'mac', owner: 1 }).key;
    expect(String(tek)).toBe('TEK(said=0x0205 seq=2 slot=0)');
    expect(JSON.stringify([tek])).toBe('["TEK(said=0x0205 seq=2 slot=0)"]');
    expect((tek as unknown as Record<symbol, () => string>)[Symbol.for('nodejs.util.inspect.custom')]?.call(tek)).toBe(
      String(tek),
    );
    expect(String(mac)).toBe('MAC(slot=1)');
  });

  it('cannot be made to name another key', () => {
    const core = testingCore();
    const { key: kek } = core.keys.put(KEY, { use: 'kek-aeskw', owner: 1 });
    const own = new Uint8Array(16).fill(1);
    const { key } = core.keys.put(own, birth('seal-down', 1));
    const other = core.keys.put(new Uint8Array(16).fill(2), birth('seal-down', 1, { said: 7, sequence: 1 })).key;
    const { key: opener } = core.keys.put(own, birth('open-down', 2));
    const [name, blob] = [String(key), hex(core.keys.wrap(key, kek))];
    const foreign = { core: core.id + 1, slot: other.slot, generation: 99, use: 'mac', said: 7, sequence: 1 };
    for (const [field, value] of Object.entries(foreign)) {
      expect(() => Object.assign(key, { [field]: value })).toThrow(TypeError);
      Object.defineProperty(key, field, { value });
    }
    expect(fieldsOf(key)).toEqual(foreign); // what it shows is another's, what it names is not:

    const down = core.traffic({ packets: 2 });
    for (const sa of [{ key, eks: 0, cid: 1 }, core.sa({ key, eks: 0, cid: 1 })]) down.addPayload(sa, KEY);
    expect(down.seal()).toBe(2);
    const up = core.traffic({ packets: 2 });
    for (const { bytes } of down.results()) up.addPdu({ key: opener, eks: 0, cid: 1 }, bytes as Uint8Array);
    expect(up.open()).toBe(2);
    expect(hex(core.keys.wrap(key, kek))).toBe(blob);
    expect(core.keys.same(key, opener)).toBe(true);
    expect(core.keys.counters(key).packets).toBe(2);
    expect(core.keys.counters(other).packets).toBe(0);
    expect(String(key)).toBe(name);
    core.keys.erase(key);
    expect([core.keys.isLive(key), core.keys.isLive(other)]).toEqual([false, true]);
  });

  it('are no handles once copied', () => {
    const core = testingCore();
    const { key } = core.keys.put(KEY, birth('seal-down', 1));
    const traffic = core.traffic({ packets: 1 });
    for (const copy of [{ ...key }, structuredClone(key), fieldsOf(key), Object.create(key)] as KeyHandle[]) {
      expect(codeOf(() => traffic.addPayload({ key: copy, eks: 0, cid: 1 }, KEY))).toBe('TYPE');
      expect(codeOf(() => core.sa({ key: copy, eks: 0, cid: 1 }))).toBe('TYPE');
      expect(codeOf(() => core.keys.erase(copy))).toBe('TYPE');
    }
    expect(core.keys.isLive(key)).toBe(true);
  });

  it('go stale with erasure, for every call', () => {
    const core = testingCore();
    const kek = core.keys.put(new Uint8Array(16), { use: 'kek-aeskw', owner: 1 }).key;
    const tek = core.keys.put(KEY, birth('seal-down', 1)).key;
    const mac = core.keys.put(new Uint8Array(20), { use: 'mac', owner: 1 }).key;
    for (const key of [kek, tek, mac]) core.keys.erase(key);
    for (const key of [kek, tek, mac]) expect(core.keys.isLive(key)).toBe(false);
    expect(codeOf(() => core.keys.erase(tek))).toBe('KEY_ERASED');
    expect(codeOf(() => core.keys.wrap(tek, kek))).toBe('KEY_ERASED');
    expect(codeOf(() => core.keys.unwrap(new Uint8Array(24), kek, birth('open-down', 1)))).toBe('KEY_ERASED');
    expect(codeOf(() => core.keys.lease(tek, 5))).toBe('KEY_ERASED');
    expect(codeOf(() => core.keys.counters(tek))).toBe('KEY_ERASED');
    expect(codeOf(() => core.keys.same(tek, tek))).toBe('KEY_ERASED');
    expect(codeOf(() => core.keys.twin(tek, birth('open-up', 1)))).toBe('KEY_ERASED');
    expect(codeOf(() => core.keys.hmac(mac, KEY))).toBe('KEY_ERASED');
    expect(codeOf(() => core.keys.verifyHmac(mac, KEY, new Uint8Array(20)))).toBe('KEY_ERASED');
    const again = core.keys.put(new Uint8Array(16), { use: 'kek-ecb', owner: 2 }).key; // the slot is in use again
    expect(again.slot).toBe(mac.slot);
    expect(core.keys.isLive(mac)).toBe(false);
  });

  it('of another core are refused', () => {
    const a = testingCore();
    const b = testingCore();
    const tek = a.keys.put(KEY, birth('seal-down', 1)).key;
    for (const call of [
      () => b.keys.erase(tek),
      () => b.keys.isLive(tek),
      () => b.keys.counters(tek),
      () => b.keys.twin(tek, birth('open-up', 1)),
      () => b.keys.wrap(tek, tek),
      () => b.keys.lease(tek, 1),
    ])
      expect(codeOf(call)).toBe('WRONG_CORE');
  });

  it('retire a slot rather than let its generation wrap', () => {
    const core = testingCore({ slots: 2 });
    const first = core.keys.put(KEY, birth('open-down', 1)).key;
    const memory = new DataView(linearMemory(core).buffer);
    memory.setUint32(slotAddress(core, first) + SLOT_GENERATION, 0xffffffff, true);
    const last = core.keys.put(KEY, birth('open-down', 1)).key; // `live`, and shows the generation just set
    expect(last.generation).toBe(0xffffffff);
    core.keys.erase(last);
    expect(core.keys.isLive(last)).toBe(false);
    expect(core.keys.put(KEY, birth('open-down', 1)).key.slot).toBe(1);
    expect(codeOf(() => core.keys.put(KEY, birth('open-up', 1)))).toBe('VAULT_FULL');
  });
});

describe('uses', () => {
  const uses: KeyUse[] = ['seal-down', 'seal-up', 'open-down', 'open-up', 'kek-aeskw', 'kek-ecb', 'mac'];
  const random = new Random(11);

  it('never cross', () => {
    const core = testingCore();
    const key = Object.fromEntries(
      uses.map((use) => {
        const bytes = random.bytes(use === 'mac' ? 20 : 16);
        const tek = use.startsWith('seal') || use.startsWith('open');
        return [use, core.keys.put(bytes, tek ? birth(use as TekUse, 1) : { use: use as 'mac', owner: 1 }).key];
      }),
    ) as Record<KeyUse, KeyHandle>;
    const blob = { 'kek-aeskw': core.keys.wrap(key['seal-down'], key['kek-aeskw']), 'kek-ecb': new Uint8Array(16) };
    const allowed = (calls: Partial<Record<KeyUse, true>>, call: (k: KeyHandle) => void) => {
      for (const use of uses) expect([use, codeOf(() => call(key[use]))]).toEqual([use, calls[use] ? '' : 'KEY_USE']);
    };
    const traffic = core.traffic({ packets: 64 }) as TrafficBatch;
    const sa = (k: KeyHandle) => ({ key: k, eks: 0, cid: 0 });
    allowed({ 'seal-down': true, 'seal-up': true }, (k) => core.keys.wrap(k, key['kek-aeskw']));
    allowed({ 'seal-down': true, 'seal-up': true }, (k) => core.keys.lease(k, 0x7fffffff));
    allowed({ 'kek-aeskw': true, 'kek-ecb': true }, (k) => core.keys.wrap(key['seal-up'], k));
    allowed({ 'kek-aeskw': true, 'kek-ecb': true }, (k) =>
      core.keys.unwrap(k.use === 'kek-ecb' ? blob['kek-ecb'] : blob['kek-aeskw'], k, birth('open-up', 1)),
    );
    allowed({ mac: true }, (k) => core.keys.hmac(k, KEY));
    allowed({ mac: true }, (k) => core.keys.verifyHmac(k, KEY, new Uint8Array(20)));
    allowed({ 'seal-down': true }, (k) => core.keys.twin(k, birth('open-up', 1)));
    allowed({ 'open-down': true }, (k) => core.keys.twin(k, birth('seal-up', 1, { said: 1 })));
    allowed({ 'seal-down': true, 'seal-up': true, 'open-down': true, 'open-up': true }, (k) => core.keys.counters(k));
    allowed({ 'seal-down': true, 'seal-up': true }, (k) => traffic.addPayload(sa(k), KEY));
    traffic.clear();
    allowed({ 'open-down': true, 'open-up': true }, (k) => traffic.addPdu(sa(k), KEY));
    traffic.clear();
    // A forged handle gets no further than a batch, and a batch from elsewhere than `add` no further than the core.
    const image = new Uint8Array(64);
    const table = new Uint32Array(ROW_WORDS);
    for (const use of ['kek-aeskw', 'mac', 'open-down', 'seal-up'] as const) {
      const { slot, generation } = key[use];
      const imitation = fieldsOf(key[use]);
      expect(codeOf(() => traffic.addPayload(sa({ ...imitation, use: 'seal-down' }), KEY))).toBe('TYPE');
      expect(codeOf(() => traffic.addPdu(sa({ ...imitation, use: 'open-up' }), KEY))).toBe('TYPE');
      expect(codeOf(() => core.sa(sa({ ...imitation, use: 'open-up' })))).toBe('TYPE');
      table.set([slot, generation, pduAt(0), 16]);
      if (use !== 'seal-up') {
        traffic.load(true, 1, table, image, new Uint8Array(0));
        expect([traffic.seal(), traffic.code(0)]).toEqual([0, 'KEY_ERASED']);
      }
      if (use !== 'open-down') {
        traffic.load(false, 1, table, image, new Uint8Array(0));
        expect([traffic.open(), traffic.code(0)]).toEqual([0, 'KEY_ERASED']);
      }
    }
    const forged = { ...fieldsOf(key['seal-up']), use: 'mac' as const };
    expect(codeOf(() => core.keys.hmac(forged, KEY))).toBe('TYPE');
    expect(codeOf(() => core.keys.counters({ ...fieldsOf(key.mac), use: 'seal-down' }))).toBe('TYPE'); // it would show a MAC key's last bytes as a time
  });

  it('take keys of their length only, and sizes in range', () => {
    const core = testingCore();
    expect(codeOf(() => core.keys.put(new Uint8Array(15), birth('seal-down', 1)))).toBe('LENGTH');
    expect(codeOf(() => core.keys.put(new Uint8Array(16), { use: 'mac', owner: 1 }))).toBe('LENGTH');
    expect(codeOf(() => core.keys.fromAk(new Uint8Array(16), { owner: 1, kek: 'kek-ecb' }))).toBe('LENGTH');
    expect(codeOf(() => core.keys.put(KEY, { use: 'seal-down', owner: 1 } as never))).toBe('RANGE');
    expect(codeOf(() => core.keys.put(KEY, { use: 'dream', owner: 1 } as never))).toBe('KEY_USE');
    for (const wrong of [
      { said: 65536 },
      { said: -1 },
      { said: 1.5 },
      { sequence: 4 },
      { firstPn: 0 },
      { firstPn: 2 ** 31 },
      { lease: 2 ** 31 },
      { byteLimit: -1n },
      { byteLimit: 2n ** 64n },
      { replayWindow: 63 },
      { replayWindow: 96 },
      { replayWindow: 2048 },
      { owner: -1 },
      { cipher: 'des' as 'ccm' },
    ])
      expect([wrong, codeOf(() => core.keys.put(KEY, birth('seal-down', 1, wrong)))]).toEqual([wrong, 'RANGE']);
    expect(core.info().slotsUsed).toBe(0);
  });
});

describe('installing', () => {
  it('bytes that are live already moves nothing', () => {
    const core = testingCore();
    const first = core.keys.put(KEY, birth('seal-down', 1));
    seal(core, first.key, 5);
    const again = core.keys.put(KEY, birth('seal-down', 1, { sequence: 3, firstPn: 1, lease: 2 }));
    expect([first.outcome, again.outcome]).toEqual(['new', 'live']);
    expect(fieldsOf(again.key)).toEqual(fieldsOf(first.key));
    expect(core.keys.counters(first.key)).toMatchObject({ nextPn: 6, lease: 0x7fffffff });
    expect(core.info().slotsUsed).toBe(1);
  });

  it('bytes that were erased goes on at the old PN, or above', () => {
    const core = testingCore();
    const first = core.keys.put(KEY, birth('seal-down', 1)).key;
    expect(seal(core, first, 5)).toEqual([1, 2, 3, 4, 5]);
    core.keys.erase(first);
    const again = core.keys.put(KEY, birth('seal-down', 1, { firstPn: 2 }));
    expect(again.outcome).toBe('resumed');
    expect(seal(core, again.key, 2)).toEqual([6, 7]);
    core.keys.erase(again.key);
    expect(seal(core, core.keys.put(KEY, birth('seal-down', 1, { firstPn: 100 })).key)).toEqual([100]);
  });

  it('bytes that were erased goes on with what their byte limit left', () => {
    const core = testingCore();
    const limited = birth('seal-down', 1, { byteLimit: 10n });
    const first = core.keys.put(KEY, limited).key;
    const traffic = core.traffic({ packets: 2 });
    const sealed = (key: KeyHandle) => {
      for (const length of [4, 2]) traffic.addPayload({ key, eks: 0, cid: 1 }, new Uint8Array(length));
      traffic.seal();
      return [traffic.code(0), traffic.code(1)];
    };
    expect(sealed(first)).toEqual(['', '']);
    core.keys.erase(first);
    const again = core.keys.put(KEY, limited).key;
    expect(core.keys.counters(again)).toMatchObject({ bytes: 6n, packets: 2, firstUse: undefined });
    expect(sealed(again)).toEqual(['', 'LIMIT']);
  });

  it('an opening key again refuses all that was accepted, and all before it', () => {
    const core = testingCore();
    const sealer = core.keys.put(KEY, birth('seal-down', 1)).key;
    const opener = core.keys.put(KEY, birth('open-down', 2)).key;
    const traffic = core.traffic({ packets: 8 });
    for (let i = 0; i < 8; i++) traffic.addPayload({ key: sealer, eks: 0, cid: 1 }, new Uint8Array(5));
    traffic.seal();
    const pdus = [...traffic.results()].map((r) => (r.bytes as Uint8Array).slice());
    const open = (key: KeyHandle, which: number[]) => {
      for (const i of which) traffic.addPdu({ key, eks: 0, cid: 1 }, pdus[i] as Uint8Array);
      traffic.open();
      return which.map((_, i) => traffic.code(i));
    };
    expect(open(opener, [0, 4])).toEqual(['', '']);
    core.keys.erase(opener);
    const again = core.keys.put(KEY, birth('open-down', 2));
    expect(again.outcome).toBe('resumed');
    expect(core.keys.counters(again.key).nextPn).toBe(6);
    expect(open(again.key, [0, 1, 3, 4, 5, 7, 6])).toEqual(['REPLAY', 'REPLAY', 'REPLAY', 'REPLAY', '', '', '']);
  });

  it('the same bytes twice for sealing in one direction is refused, live or erased, whoever asks', () => {
    const core = testingCore();
    const first = core.keys.put(KEY, birth('seal-down', 1)).key;
    expect(codeOf(() => core.keys.put(KEY, birth('seal-down', 2)))).toBe('KEY_IN_USE');
    expect(codeOf(() => core.keys.put(KEY, birth('seal-down', 1, { said: 7 })))).toBe('KEY_IN_USE');
    expect(codeOf(() => core.keys.put(KEY, birth('seal-down', 1, { cipher: 'mbs' })))).toBe('KEY_IN_USE');
    expect(core.keys.put(KEY, birth('seal-up', 2)).outcome).toBe('new'); // the other half of the nonce space
    expect(core.keys.put(KEY, birth('open-down', 2)).outcome).toBe('new');
    expect(core.keys.put(KEY, birth('open-down', 3)).outcome).toBe('new');
    core.keys.erase(first);
    expect(codeOf(() => core.keys.put(KEY, birth('seal-down', 2)))).toBe('KEY_IN_USE');
    core.keys.forget(1);
    expect(core.keys.put(KEY, birth('seal-down', 2)).outcome).toBe('new');
  });

  it('takes nothing when something is full, and says what', () => {
    const core = testingCore({ slots: 4, windows: 2, tombstones: 3 });
    const random = new Random(5);
    const put = (use: TekUse) => core.keys.put(random.bytes(16), birth(use, 1)).key;
    put('open-down');
    const second = put('open-up');
    expect(codeOf(() => put('open-up'))).toBe('WINDOWS_FULL');
    put('seal-down');
    expect(codeOf(() => put('seal-down'))).toBe('VAULT_FULL');
    expect(subjectOf(() => put('seal-down'))).toBe('tombstones');
    expect(core.info()).toMatchObject({ slotsUsed: 3, windowsUsed: 2, tombstonesUsed: 3 });
    expect(codeOf(() => core.keys.fromAk(new Uint8Array(20), { owner: 1, kek: 'kek-ecb' }))).toBe('VAULT_FULL');
    core.keys.put(KEY, { use: 'kek-ecb', owner: 1 });
    expect(codeOf(() => core.keys.put(KEY, { use: 'kek-ecb', owner: 1 }))).toBe('VAULT_FULL');
    core.keys.erase(second);
    expect(core.info()).toMatchObject({ slotsUsed: 3, windowsUsed: 1, tombstonesUsed: 3 });
    core.keys.forget(1);
    expect(core.info()).toMatchObject({ slotsUsed: 0, windowsUsed: 0, tombstonesUsed: 0 });
  });

  it('forgets one owner and no other, though they share a chain', () => {
    const core = testingCore({ slots: 8 });
    const random = new Random(6);
    const keys = Array.from(
      { length: 6 },
      (_, i) => core.keys.put(random.bytes(16), birth('seal-down', i % 2 ? 3 : 11)).key,
    );
    core.keys.erase(keys[0] as KeyHandle);
    core.keys.forget(11);
    expect(keys.map((k) => core.keys.isLive(k))).toEqual([false, true, false, true, false, true]);
    expect(core.info()).toMatchObject({ slotsUsed: 3, tombstonesUsed: 3 });
    core.keys.forget(3);
    expect(core.info()).toMatchObject({ slotsUsed: 0, tombstonesUsed: 0 });
  });
});

describe('leases', () => {
  it('only rise', () => {
    const core = testingCore();
    const key = core.keys.put(KEY, birth('seal-down', 1, { lease: 0 })).key;
    expect(seal(core, key)).toEqual([-1]);
    core.keys.lease(key, 3);
    expect(seal(core, key, 4)).toEqual([1, 2, -1, -1]);
    expect(codeOf(() => core.keys.lease(key, 2))).toBe('RANGE');
    core.keys.lease(key, 3);
    core.keys.lease(key, 0x7fffffff);
    expect(seal(core, key)).toEqual([3]);
  });
});

describe('PKMv1 keys', () => {
  const AK = Uint8Array.from({ length: 20 }, (_, i) => i);

  it('derive from the AK in the core', () => {
    const core = testingCore();
    const ak = AK.slice();
    const { kek, hmacUp, hmacDown } = core.keys.fromAk(ak, { owner: 1, kek: 'kek-ecb' });
    expect(ak.every((b) => b === 0)).toBe(true);
    const same = (bytes: string, use: 'kek-ecb' | 'mac', key: KeyHandle) =>
      core.keys.same(core.keys.put(unhex(bytes), { use, owner: 2 }).key, key);
    expect(same('6fcc6584b48590b08e48975e0846b1d3', 'kek-ecb', kek)).toBe(true);
    expect(same('49102fc0a476c83a4ef2865ffd4626ae1609c819', 'mac', hmacDown)).toBe(true);
    expect(same('5914b352895b599a23f499078165e547ab213b96', 'mac', hmacUp)).toBe(true);
    expect(core.keys.same(hmacUp, hmacDown)).toBe(false);
    expect(core.keys.same(kek, hmacUp)).toBe(false);
    const keep = AK.slice();
    core.keys.fromAk(keep, { owner: 1, kek: 'kek-aeskw', keep: true });
    expect(keep).toEqual(AK);
  });

  it('sign the worked Key Request', () => {
    const core = testingCore();
    const { hmacUp, hmacDown } = core.keys.fromAk(AK.slice(), { owner: 1, kek: 'kek-ecb' });
    const message = unhex('0907210a01030c0201021c01011d0105');
    const digest = core.keys.hmac(hmacUp, message);
    expect(hex(digest)).toBe('49b05679f5c397562f049f4530b41fd7525d040d');
    expect(core.keys.verifyHmac(hmacUp, message, digest)).toBe(true);
    expect(core.keys.verifyHmac(hmacDown, message, digest)).toBe(false);
    expect(core.keys.verifyHmac(hmacUp, message.subarray(1), digest)).toBe(false);
    expect(core.keys.verifyHmac(hmacUp, message, digest.subarray(0, 19))).toBe(false);
    for (let i = 0; i < 20; i++) {
      const wrong = digest.slice();
      wrong[i] = (wrong[i] as number) ^ 0x10;
      expect(core.keys.verifyHmac(hmacUp, message, wrong)).toBe(false);
    }
    expect(codeOf(() => core.keys.hmac(hmacUp, new Uint8Array(70_000)))).toBe('LENGTH');
  });

  it('wrap and unwrap TEKs, which never come out in between', () => {
    const core = testingCore();
    const bytes = unhex('000102030405060708090a0b0c0d0e0f');
    const tek = core.keys.put(KEY, birth('seal-down', 1)).key;
    const kw = core.keys.put(bytes, { use: 'kek-aeskw', owner: 1 }).key;
    const ecb = core.keys.put(unhex('6fcc6584b48590b08e48975e0846b1d3'), { use: 'kek-ecb', owner: 1 }).key;
    expect(hex(core.keys.wrap(tek, kw))).toBe('1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5');
    expect(hex(core.keys.wrap(tek, ecb))).toBe('4149f2927a75c7c07d2892907dc9df43');
    for (const [kek, blob] of [
      [kw, core.keys.wrap(tek, kw)],
      [ecb, core.keys.wrap(tek, ecb)],
    ] as const) {
      const got = core.keys.unwrap(blob, kek, birth('open-down', 5 + kek.slot));
      expect(got?.outcome).toBe('new');
      expect(core.keys.same(got?.key as KeyHandle, tek)).toBe(true);
      expect(core.keys.unwrap(blob, kek, birth('open-down', 5 + kek.slot))?.outcome).toBe('live');
      expect(core.keys.unwrap(blob.subarray(1), kek, birth('open-down', 9))).toBeUndefined();
    }
    const bad = core.keys.wrap(tek, kw);
    bad[20] = (bad[20] as number) ^ 1;
    expect(core.keys.unwrap(bad, kw, birth('open-down', 9))).toBeUndefined();
    expect(codeOf(() => core.keys.unwrap(core.keys.wrap(tek, kw), kw, birth('seal-down', 9)))).toBe('KEY_IN_USE');
  });
});

describe('generating', () => {
  it('makes different keys, from seed and context alone when entropy is fixed', () => {
    const core = () => createTestingCore({ seed: 9, slots: 64 });
    const make = (c: Core, context?: Uint8Array) => {
      const key = c.keys.generate({ ...birth('seal-down', 1), ...(context ? { context } : {}) });
      const kek = c.keys.put(KEY, { use: 'kek-ecb', owner: 1 }).key;
      return hex(c.keys.wrap(key, kek));
    };
    const a = core();
    const b = core();
    const first = make(a, KEY);
    expect(make(b, KEY)).toBe(first);
    expect(make(a, KEY)).not.toBe(first);
    expect(make(core(), KEY.subarray(1))).not.toBe(first);
    expect(make(core())).not.toBe(first);
    expect(codeOf(() => a.keys.generate({ ...birth('seal-down', 1), context: new Uint8Array(70_000) }))).toBe('LENGTH');
  });

  it('twins share bytes and nothing else', () => {
    const core = testingCore();
    const down = core.keys.generate(birth('seal-down', 1));
    const up = core.keys.twin(down, birth('open-up', 1));
    expect(up.outcome).toBe('new');
    expect(core.keys.same(up.key, down)).toBe(true);
    expect(core.keys.twin(down, birth('open-up', 1)).outcome).toBe('live');
    core.keys.erase(down);
    expect(core.keys.isLive(up.key)).toBe(true);
    const ss = core.keys.unwrap(
      new Uint8Array(16),
      core.keys.put(KEY, { use: 'kek-ecb', owner: 2 }).key,
      birth('open-down', 2),
    );
    const sealer = core.keys.twin(ss?.key as KeyHandle, birth('seal-up', 2));
    expect(seal(core, sealer.key, 2)).toEqual([1, 2]);
    core.keys.erase(sealer.key);
    const again = core.keys.twin(ss?.key as KeyHandle, birth('seal-up', 2));
    expect([again.outcome, ...seal(core, again.key)]).toEqual(['resumed', 3]);
  });

  it('fills a large vault at a steady pace: every key is found again', () => {
    const core = testingCore({ slots: 20_000, windows: 1, tombstones: 20_000 });
    const keys = Array.from({ length: 10_000 }, (_, i) => core.keys.generate(birth('seal-down', i, { said: i })));
    for (const key of keys) core.keys.erase(key);
    expect(core.info()).toMatchObject({ slotsUsed: 0, tombstonesUsed: 10_000 });
    for (let i = 0; i < 10_000; i++) core.keys.forget(i);
    expect(core.info().tombstonesUsed).toBe(0);
  });
});
