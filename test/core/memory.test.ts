// Where keys are in linear memory: a live key in its slot and nowhere else; an erased one, or any other secret, nowhere. Searched for
// are 8-byte runs, and round keys spread over bit planes (eight planes of 16 bytes, a lane a bit), whatever the order of bytes within
// a plane and whether or not the S-box constant is folded in.
import { describe, expect, it } from 'vitest';
import { createTestingCore, linearMemory, seededEntropy, slotAddress } from '../../bindings/core/testing.js';
import type { Core, KeyHandle } from '../../bindings/core/types.js';
import { Random } from '../support/random.js';
import { birth } from './support.js';

/** Addresses at which any 8 consecutive bytes of `secret` stand. */
function runs(memory: Uint8Array, secret: Uint8Array): number[] {
  const found: number[] = [];
  for (let first = 0; first + 8 <= secret.length; first++) {
    const head = secret[first] as number;
    for (let at = memory.indexOf(head); at >= 0; at = memory.indexOf(head, at + 1)) {
      let n = 1;
      while (n < 8 && memory[at + n] === secret[first + n]) n++;
      if (n === 8) found.push(at - first);
    }
  }
  return found;
}

const SBOX = sbox();

/** The eleven round keys of FIPS 197 §5.2. */
function roundKeys(key: Uint8Array): Uint8Array[] {
  const w = [...key];
  for (let i = 16; i < 176; i += 4) {
    let t = w.slice(i - 4, i);
    if (i % 16 === 0) {
      t = [t[1], t[2], t[3], t[0]].map((b) => SBOX[b as number] as number);
      t[0] = (t[0] as number) ^ rcon(i / 16);
    }
    for (let j = 0; j < 4; j++) w.push((w[i - 16 + j] as number) ^ (t[j] as number));
  }
  return Array.from({ length: 11 }, (_, r) => Uint8Array.from(w.slice(16 * r, 16 * r + 16)));
}

function rcon(i: number): number {
  let c = 1;
  for (let n = 1; n < i; n++) c = ((c << 1) ^ (c & 0x80 ? 0x11b : 0)) & 0xff;
  return c;
}

function sbox(): Uint8Array {
  const table = new Uint8Array(256);
  let p = 1;
  let q = 1;
  do {
    p = (p ^ (p << 1) ^ (p & 0x80 ? 0x11b : 0)) & 0xff;
    q ^= q << 1;
    q ^= q << 2;
    q = (q ^ (q << 4)) & 0xff;
    if (q & 0x80) q ^= 0x09;
    const rot = (n: number) => ((q << n) | (q >> (8 - n))) & 0xff;
    table[p] = q ^ rot(1) ^ rot(2) ^ rot(3) ^ rot(4) ^ 0x63;
  } while (p !== 1);
  table[0] = 0x63;
  return table;
}

/** The same for every order of the bytes. */
const bag = (block: ArrayLike<number>) =>
  Array.from(block)
    .sort((a, b) => a - b)
    .join();

/** Every block that stands in memory in bit planes, in any lane: its bytes in order of size, and where. */
function planes(memory: Uint8Array): Map<string, number> {
  const found = new Map<string, number>();
  const block = new Uint8Array(16);
  for (let at = 0; at + 128 <= memory.length; at += 16) {
    let any = 0;
    for (let i = 0; i < 128; i += 8) any |= memory[at + i] as number;
    if (any === 0) continue;
    for (let lane = 0; lane < 8; lane++) {
      for (let i = 0; i < 16; i++) {
        let b = 0;
        for (let plane = 0; plane < 8; plane++) b |= (((memory[at + 16 * plane + i] as number) >> lane) & 1) << plane;
        block[i] = b;
      }
      found.set(bag(block), at);
    }
  }
  return found;
}

const small = { slots: 64, windows: 16, replayWindow: 64, tombstones: 64, packets: 64, arenaBytes: 32768 };

/** Addresses at which a round key of `key` stands in bit planes. */
function spread(blocks: Map<string, number>, key: Uint8Array): number[] {
  const wanted = roundKeys(key).flatMap((k) => [bag(k), bag(k.map((b) => b ^ 0x63))]);
  return wanted.map((b) => blocks.get(b)).filter((at) => at !== undefined);
}

/** The bytes of a live key, read where nothing but a test may. */
function bytesOf(core: Core, key: KeyHandle, length = 16): Uint8Array {
  const at = slotAddress(core, key);
  return linearMemory(core).slice(at, at + length);
}

describe('the search itself', () => {
  it('finds runs and planes', () => {
    const memory = new Uint8Array(4096);
    const key = new Random(1).bytes(16);
    memory.set(key.subarray(3, 11), 100);
    expect(runs(memory, key)).toEqual([97]);
    expect(spread(planes(memory), key)).toEqual([]);
    const last = roundKeys(key)[10] as Uint8Array;
    for (let i = 0; i < 16; i++)
      for (let bit = 0; bit < 8; bit++)
        if (((last[i] as number) ^ 0x63) & (1 << bit)) memory[1024 + 16 * bit + ((5 * i) % 16)] = 1 << 6;
    expect(spread(planes(memory), key)).toEqual([1024]);
    expect(bag(roundKeys(Uint8Array.from({ length: 16 }, (_, i) => i))[10] as Uint8Array)).toBe(
      bag([0x13, 0x11, 0x1d, 0x7f, 0xe3, 0x94, 0x4a, 0x17, 0xf3, 0x07, 0xa7, 0x8b, 0x4d, 0x2b, 0x30, 0xc5]), // FIPS 197 A.1
    );
  });
});

describe('keys in memory', () => {
  it('are in their slots and nowhere else, after every operation; erased, nowhere', () => {
    const random = new Random(20);
    const core = createTestingCore({ seed: 2, ...small });
    const memory = linearMemory(core);
    const keys: { handle: KeyHandle; bytes: Uint8Array }[] = [];
    const keep = (handle: KeyHandle, length = 16) => keys.push({ handle, bytes: bytesOf(core, handle, length) });
    const onlyInSlots = () => {
      const blocks = planes(memory);
      for (const { handle, bytes } of keys) {
        const elsewhere = runs(memory, bytes).filter((at) => !keys.some((k) => slotAddress(core, k.handle) === at));
        expect([String(handle), elsewhere]).toEqual([String(handle), []]);
        for (const pad of [0x36, 0x5c])
          expect(
            runs(
              memory,
              bytes.map((b) => b ^ pad),
            ),
          ).toEqual([]);
        if (bytes.length === 16) expect([String(handle), spread(blocks, bytes)]).toEqual([String(handle), []]);
      }
    };
    const ak = random.bytes(20);
    const { kek, hmacUp, hmacDown } = core.keys.fromAk(ak.slice(), { owner: 1, kek: 'kek-aeskw' });
    expect(runs(memory, ak)).toEqual([]);
    keep(kek);
    keep(hmacUp, 20);
    keep(hmacDown, 20);
    keep(core.keys.put(random.bytes(16), { use: 'kek-ecb', owner: 1 }).key);
    const tek = core.keys.generate({ ...birth('seal-down', 1), context: random.bytes(40) });
    keep(tek);
    onlyInSlots();
    for (const at of [0, 3]) {
      const wrapped = core.keys.wrap(tek, (keys[at] as { handle: KeyHandle }).handle);
      keep(
        (
          core.keys.unwrap(wrapped, (keys[at] as { handle: KeyHandle }).handle, birth('open-down', 2 + at)) as {
            key: KeyHandle;
          }
        ).key,
      );
      onlyInSlots();
    }
    keep(core.keys.twin(tek, birth('open-up', 1)).key);
    core.keys.verifyHmac(hmacUp, random.bytes(100), core.keys.hmac(hmacUp, random.bytes(70)));
    onlyInSlots();
    const others = Array.from(
      { length: 9 },
      (_, i) => core.keys.put(random.bytes(16), birth('seal-down', 1, { said: i })).key,
    );
    for (const key of others) keep(key);
    for (const n of [1, 3, 4, 5, 10, 20]) {
      const traffic = core.traffic({ packets: n, bytes: n * 256 });
      for (let i = 0; i < n; i++)
        traffic.addPayload({ key: others[i % 9] as KeyHandle, eks: 0, cid: 1 }, random.bytes(random.between(1, 200)));
      traffic.seal(1);
      traffic.dispose();
      onlyInSlots();
    }
    const down = core.traffic({ packets: 2, bytes: 512 });
    const up = core.traffic({ packets: 2, bytes: 512 });
    down.addPayload({ key: tek, eks: 0, cid: 1 }, random.bytes(100));
    down.seal();
    const opener = (keys[5] as { handle: KeyHandle }).handle;
    up.addPdu({ key: opener, eks: 0, cid: 1 }, down.arena.subarray(down.start(0), down.end(0)));
    expect(up.open()).toBe(1);
    onlyInSlots();
    for (const { handle } of keys) core.keys.erase(handle);
    for (const { bytes } of keys) {
      expect(runs(memory, bytes)).toEqual([]);
      if (bytes.length === 16) expect(spread(planes(memory), bytes)).toEqual([]);
    }
    const last = random.bytes(16);
    core.keys.put(last, birth('seal-up', 7));
    expect(runs(memory, last).length).toBeGreaterThan(0);
    core.keys.forget(7);
    expect(runs(memory, last)).toEqual([]);
  });

  it('leave no entropy behind', () => {
    const fill = seededEntropy(77);
    const taken: Uint8Array[] = [];
    const core = createTestingCore({
      ...small,
      entropy: (bytes) => {
        fill(bytes);
        taken.push(bytes.slice());
      },
    });
    core.keys.generate({ ...birth('seal-down', 1), context: new Uint8Array(9) });
    core.reseed();
    const random = core.random(5000);
    expect(taken.length).toBe(5);
    for (const secret of [...taken, random]) expect(runs(linearMemory(core), secret)).toEqual([]);
  });

  it('are gone, with all else, when the core is disposed', () => {
    const core = createTestingCore({ seed: 3, ...small });
    const key = core.keys.generate(birth('seal-down', 1));
    const traffic = core.traffic({ packets: 1 });
    core.dispose();
    core.dispose();
    expect(linearMemory(core).every((b) => b === 0)).toBe(true);
    for (const call of [
      () => core.info(),
      () => core.newOwner(),
      () => core.random(1),
      () => core.reseed(),
      () => core.traffic({ packets: 1 }),
      () => core.keys.isLive(key),
      () => core.keys.generate(birth('seal-down', 1)),
      () => core.keys.forget(1),
      () => traffic.addPayload({ key, eks: 0, cid: 0 }, new Uint8Array(1)),
      () => traffic.seal(),
      () => traffic.clear(),
    ])
      expect(call).toThrow(/^DISPOSED/);
    traffic.dispose();
  });
});
