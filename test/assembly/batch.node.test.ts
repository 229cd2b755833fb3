// Random batches against node:crypto, over every flavour: any number of packets, lengths and keys side by side.
import { expect, test } from 'vitest';
import { CIPHER_CCM, CIPHER_MBS, STATUS_ICV, STATUS_KEY_ERASED } from '../../assembly/layout.js';
import { Random } from '../support/random.js';
import { Batches, type Packet } from './batches.js';
import { describeFlavours } from './flavours.js';
import { oracle } from './oracle.js';

const SEED = 0x1f1f;
const PACKETS = 100_000;
const LARGEST = 600;
const KEYS = 300;
const NO_AAD = new Uint8Array(0);

/** How many packets: as often up to 4 as 5 to 8, 9 to 40 and up to 600. */
function batchSize(random: Random): number {
  const [low, high] = [
    [1, 4],
    [5, 8],
    [9, 40],
    [41, LARGEST],
  ][random.between(0, 3)] as [number, number];
  return random.between(low, high);
}

/** The lengths of one batch: all alike, all short, whole blocks only, or anything a PDU holds. */
function lengths(random: Random, longest: number): () => number {
  const alike = random.between(1, longest);
  return [
    () => alike,
    () => random.between(1, 40),
    () => 16 * random.between(1, longest >> 4),
    () => random.between(1, longest),
    () => random.between(1, longest),
  ][random.between(0, 4)] as () => number;
}

function batch(random: Random, longest: number, cipher: number): Packet[] {
  const length = lengths(random, longest);
  const keys = random.between(0, 3) === 0 ? random.between(1, 3) : KEYS;
  return Array.from({ length: batchSize(random) }, () => ({
    key: random.between(0, keys - 1),
    nonce: random.bytes(cipher === CIPHER_CCM ? 13 : 4),
    body: random.bytes(length()),
    cipher,
  }));
}

/** Batches until `PACKETS` packets went through. */
function everyBatch(
  random: Random,
  longest: number,
  cipher: number,
  check: (packets: Packet[], where: string) => void,
): void {
  for (let done = 0, n = 0; done < PACKETS; n++) {
    const packets = batch(random, longest, cipher);
    check(packets, `seed ${SEED}, batch ${n} of ${packets.length}`);
    done += packets.length;
  }
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describeFlavours('batches', (module) => {
  const random = new Random(SEED);
  const keys = Array.from({ length: KEYS }, () => random.bytes(16));
  const batches = new Batches(module, LARGEST, keys);
  const seal = (p: Packet) =>
    p.body.length > 0 ? oracle.ccmSeal(keys[p.key] as Uint8Array, p.nonce, p.body, NO_AAD, 8) : sealNothing(p);
  /** AES(B0) ^ AES(A0), which node:crypto does not give: it wants a payload. */
  function sealNothing(p: Packet): Buffer {
    const [b0, a0] = [0x19, 0x01].map((flags) =>
      oracle.ecbEncrypt(keys[p.key] as Uint8Array, Uint8Array.from([flags, ...p.nonce, 0, 0])),
    ) as [Buffer, Buffer];
    return Buffer.from(b0.map((b, i) => b ^ (a0[i] as number))).subarray(0, 8);
  }
  const counter = (p: Packet) => Uint8Array.from({ length: 16 }, (_, i) => p.nonce[i % 4] as number);

  test(`CCM seal: ${PACKETS} packets`, { timeout: 240_000 }, () => {
    everyBatch(random, 2025, CIPHER_CCM, (packets, where) => {
      batches.set(packets);
      batches.run('hazmatBatchSeal');
      for (const [i, packet] of packets.entries())
        if (!same(batches.body(i, 8), seal(packet)) || batches.status(i) !== 0 || !batches.framed(i, 8))
          throw new Error(`${where}: packet ${i} of ${packet.body.length} bytes`);
    });
  });

  test(`CCM open, one in five tampered with: ${PACKETS} packets`, { timeout: 240_000 }, () => {
    everyBatch(random, 2025, CIPHER_CCM, (packets, where) => {
      const sealed = packets.map(seal);
      const bad = packets.map(() => random.between(0, 4) === 0);
      batches.set(packets.map((p, i) => ({ ...p, body: (sealed[i] as Buffer).subarray(0, -8) })));
      for (const [i, bytes] of sealed.entries()) {
        const bit = random.between(0, 8 * bytes.length - 1);
        if (bad[i]) bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        batches.body(i, 8).set(bytes);
      }
      batches.run('hazmatBatchOpen');
      for (const [i, packet] of packets.entries()) {
        const fine = bad[i]
          ? batches.status(i) === STATUS_ICV && batches.body(i).every((b) => b === 0)
          : batches.status(i) === 0 && same(batches.body(i), packet.body);
        if (!fine || !batches.framed(i, 8)) throw new Error(`${where}: packet ${i} of ${packet.body.length} bytes`);
      }
    });
  });

  test(`MBS: ${PACKETS} packets`, { timeout: 240_000 }, () => {
    everyBatch(random, 2040, CIPHER_MBS, (packets, where) => {
      for (const packet of packets) if (random.between(0, 7) === 0) packet.nonce.fill(0xff); // carries over all 128 bits
      batches.set(packets);
      batches.run('hazmatBatchCtr');
      for (const [i, packet] of packets.entries()) {
        const expected = oracle.ctr(keys[packet.key] as Uint8Array, counter(packet), packet.body);
        if (!same(batches.body(i), expected) || !batches.framed(i, 0))
          throw new Error(`${where}: packet ${i} of ${packet.body.length} bytes`);
      }
    });
  });

  /** Seals and opens `lengths.length` packets, then once more with one of them, and no other, tampered with. */
  function sealAndOpen(lengths: readonly number[], key = (_: number) => random.between(0, KEYS - 1)): void {
    const packets = lengths.map((length, i) => ({
      key: key(i),
      nonce: random.bytes(13),
      body: random.bytes(length),
    }));
    const where = `seed ${SEED}, lengths ${lengths}`;
    for (const bad of [-1, random.between(0, packets.length - 1)]) {
      batches.set(packets);
      batches.run('hazmatBatchSeal');
      for (const [i, packet] of packets.entries())
        expect(same(batches.body(i, 8), seal(packet)) && batches.framed(i, 8), where).toBe(true);
      if (bad >= 0) {
        const sealed = batches.body(bad, 8);
        const bit = random.between(0, 8 * sealed.length - 1);
        sealed[bit >> 3] = (sealed[bit >> 3] as number) ^ (1 << (bit & 7));
      }
      batches.run('hazmatBatchOpen');
      for (const [i, { body }] of packets.entries()) {
        expect(batches.status(i), where).toBe(i === bad ? STATUS_ICV : 0);
        expect(same(batches.body(i), i === bad ? new Uint8Array(body.length) : body), where).toBe(true);
        expect(batches.framed(i, 8), where).toBe(true);
      }
    }
  }

  test('one packet alone, of every length up to 130 and of the longest', () => {
    for (let length = 0; length <= 130; length++) sealAndOpen([length]);
    for (const length of [1500, 2029, 2047, 2048]) sealAndOpen([length]);
  });

  test('1 to 20 packets: groups, and what is left over', () => {
    for (let n = 1; n <= 20; n++)
      for (let times = 0; times < 10; times++) {
        const length = random.between(0, 200);
        sealAndOpen(Array.from({ length: n }, () => (times < 5 ? length : random.between(0, 200))));
      }
  });

  test('keys that stay from one lane group, and from four of them, to the next', () => {
    const lengths = Array.from({ length: 107 }, () => 40);
    const last = lengths.length - 1;
    sealAndOpen(lengths, () => 7);
    for (const period of [8, 32, 33]) {
      sealAndOpen(lengths, (i) => i % period);
      for (const other of [31, 32, 63, 64, last]) sealAndOpen(lengths, (i) => (i === other ? KEYS - 1 : i % period));
    }
  });

  test('a batch takes the packets of its cipher that are still live, and leaves the others alone', () => {
    for (const n of [1, 3, 4, 5, 12, 40]) {
      const packets = Array.from({ length: n }, (_, i) => ({
        ...(batch(random, 2025, i % 3 === 1 ? CIPHER_MBS : CIPHER_CCM)[0] as Packet),
        status: i % 4 === 3 ? STATUS_KEY_ERASED : 0,
      }));
      batches.set(packets);
      batches.run('hazmatBatchSeal');
      for (const [i, packet] of packets.entries()) {
        const taken = packet.cipher === CIPHER_CCM && packet.status === 0;
        expect(same(batches.body(i), taken ? seal(packet).subarray(0, -8) : packet.body)).toBe(true);
        expect(batches.status(i)).toBe(packet.status);
      }
      batches.run('hazmatBatchCtr');
      for (const [i, packet] of packets.entries())
        if (packet.cipher === CIPHER_MBS) expect(same(batches.body(i), packet.body)).toBe(packet.status !== 0);
    }
  });

  test('an empty body has an ICV too, and a batch of none does nothing', () => {
    const empty = { key: 0, nonce: random.bytes(13), body: new Uint8Array(0) };
    const full = { key: 1, nonce: random.bytes(13), body: random.bytes(100) };
    for (const packets of [[empty], [empty, full], [full, empty, full, full, empty, full]]) {
      batches.set(packets);
      batches.run('hazmatBatchSeal');
      batches.run('hazmatBatchOpen');
      for (const [i, packet] of packets.entries()) {
        expect(batches.status(i)).toBe(0);
        expect(same(batches.body(i), packet.body)).toBe(true);
      }
    }
    batches.set([]);
    batches.run('hazmatBatchSeal');
  });

  test('the one ICV byte that is wrong decides, whichever it is', () => {
    const packet = { key: 2, nonce: random.bytes(13), body: random.bytes(33) };
    for (const n of [1, 6])
      for (let byte = 0; byte < 8; byte++) {
        batches.set(Array(n).fill(packet));
        batches.run('hazmatBatchSeal');
        const icv = batches.body(n - 1, 8).subarray(33);
        icv[byte] = (icv[byte] as number) ^ 0x10;
        batches.run('hazmatBatchOpen');
        for (let i = 0; i < n; i++) expect(batches.status(i)).toBe(i === n - 1 ? STATUS_ICV : 0);
      }
  });
});
