// Against node:crypto: hashes, and PDUs sealed and opened in batches, on every flavour.
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { createTestingCore, hmacSha1, sha1 } from '../../bindings/core/testing.js';
import type { KeyHandle } from '../../bindings/core/types.js';
import { describeFlavours } from '../assembly/flavours.js';
import { tohex } from '../support/hex.js';
import { Random } from '../support/random.js';
import { birth } from './support.js';

const SEED = 2104;

/** The PDU as the standard builds it, CCM by OpenSSL. */
function pdu(tek: Uint8Array, up: boolean, pn: number, eks: number, cid: number, payload: Uint8Array): Buffer {
  const length = payload.length + 18;
  const gmh = Buffer.from([0x40, (eks << 4) | (length >> 8), length & 0xff, cid >> 8, cid & 0xff]);
  const onAir = Buffer.alloc(4);
  onAir.writeUInt32LE(up ? (pn ^ 0x80000000) >>> 0 : pn);
  const cipher = createCipheriv('aes-128-ccm', tek, Buffer.concat([gmh, Buffer.alloc(4), onAir]), { authTagLength: 8 });
  const body = Buffer.concat([cipher.update(payload), cipher.final()]);
  let hcs = 0;
  for (const b of gmh) {
    hcs ^= b;
    for (let i = 0; i < 8; i++) hcs = ((hcs << 1) ^ (hcs & 0x80 ? 0x107 : 0)) & 0xff;
  }
  return Buffer.concat([gmh, Buffer.from([hcs]), onAir, body, cipher.getAuthTag()]);
}

describeFlavours('node:crypto agrees', (module, flavour) => {
  const slow = flavour === 'debug' || flavour === 'scalar';

  it(`SHA-1 and HMAC-SHA1, ${slow ? 5_000 : 100_000} messages each (seed ${SEED})`, () => {
    const random = new Random(SEED);
    const core = createTestingCore({ slots: 1, module });
    for (let i = 0; i < (slow ? 5_000 : 100_000); i++) {
      const message = random.bytes(random.between(0, i % 50 === 0 ? 3000 : 200));
      if (tohex(sha1(core, message)) !== createHash('sha1').update(message).digest('hex'))
        throw new Error(`SHA-1, case ${i}`);
      const key = random.bytes(random.between(0, 64));
      if (tohex(hmacSha1(core, key, message)) !== createHmac('sha1', key).update(message).digest('hex'))
        throw new Error(`HMAC-SHA1, case ${i}`);
    }
  });

  it(`seal and open, ${slow ? 4_000 : 100_000} PDUs (seed ${SEED})`, () => {
    const random = new Random(SEED);
    const core = createTestingCore({ slots: 128, module, arenaBytes: 8 << 20, packets: 2048 });
    const keys = Array.from({ length: 40 }, (_, i) => {
      const bytes = random.bytes(16);
      const up = i % 2 === 1;
      const sealer = core.keys.put(
        bytes,
        birth(up ? 'seal-up' : 'seal-down', 1, { firstPn: random.between(1, 2 ** 30) }),
      ).key;
      const opener = core.keys.put(bytes, birth(up ? 'open-up' : 'open-down', 2)).key;
      return { bytes, up, sealer, opener };
    });
    const down = core.traffic({ packets: 700, crc: 'none' });
    const up = core.traffic({ packets: 700, crc: 'none' });
    let done = 0;
    while (done < (slow ? 4_000 : 100_000)) {
      const packets = Array.from({ length: random.between(1, 700) }, () => ({
        key: keys[random.between(0, 39)] as (typeof keys)[number],
        eks: random.between(0, 3),
        cid: random.between(0, 65535),
        payload: random.bytes(random.between(1, random.between(0, 3) ? 200 : 2029)),
        expected: Buffer.alloc(0) as Buffer,
      }));
      const sa = (key: KeyHandle, p: { eks: number; cid: number }) => ({ key, eks: p.eks, cid: p.cid });
      for (const p of packets) down.addPayload(sa(p.key.sealer, p), p.payload);
      expect(down.seal()).toBe(packets.length);
      for (const [i, p] of packets.entries()) {
        const { bytes, up } = p.key;
        p.expected = pdu(bytes, up, down.pn(i), p.eks, p.cid, p.payload);
        if (!p.expected.equals(down.arena.subarray(down.start(i), down.end(i))))
          throw new Error(`seal: packet ${done + i}`);
      }
      for (const p of packets) up.addPdu(sa(p.key.opener, p), p.expected);
      expect(up.open()).toBe(packets.length);
      for (const [i, p] of packets.entries())
        if (!Buffer.from(p.payload).equals(up.arena.subarray(up.start(i), up.end(i))))
          throw new Error(`open: packet ${done + i}`);
      done += packets.length;
    }
  });

  it(`every single-bit change is refused, and nothing of the payload shows (seed ${SEED})`, () => {
    const random = new Random(SEED);
    const core = createTestingCore({ slots: 4, module });
    const key = random.bytes(16);
    const opener = core.keys.put(key, birth('open-down', 1)).key;
    const batch = core.traffic({ packets: 400, crc: 'none' });
    const good = pdu(key, false, 1, 0, 1, random.bytes(24));
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bad = Uint8Array.from(good);
      bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7));
      batch.addPdu({ key: opener, eks: 0, cid: 1 }, bad);
    }
    expect(batch.open()).toBe(0);
    for (let i = 10 * 8; i < good.length * 8; i++) {
      expect(batch.code(i)).toBe('ICV');
      expect(batch.arena.subarray(batch.start(i), batch.start(i) + 24).every((b) => b === 0)).toBe(true);
    }
    batch.addPdu({ key: opener, eks: 0, cid: 1 }, good);
    expect(batch.open()).toBe(1);
  });

  it(`CRC-32 is zlib's, at every length (seed ${SEED})`, () => {
    const random = new Random(SEED);
    const core = createTestingCore({ slots: 4, module });
    const key = core.keys.put(random.bytes(16), birth('seal-down', 1)).key;
    const batch = core.traffic({ packets: 64, crc: 'reflected' });
    for (let i = 0; i < 64; i++) batch.addPayload({ key, eks: 0, cid: 1 }, random.bytes(i + 1));
    batch.seal();
    for (const r of batch.results()) {
      const bytes = Buffer.from(r.bytes ?? []);
      expect(bytes.readUInt32LE(bytes.length - 4)).toBe(crc32(bytes.subarray(0, -4)));
    }
  });
});

it('the oracle opens what it seals', () => {
  const key = new Random(1).bytes(16);
  const sealed = pdu(key, true, 5, 1, 2, new Uint8Array(3).fill(9));
  const nonce = Buffer.concat([sealed.subarray(0, 5), Buffer.alloc(4), sealed.subarray(6, 10)]);
  const decipher = createDecipheriv('aes-128-ccm', key, nonce, { authTagLength: 8 });
  decipher.setAuthTag(sealed.subarray(13));
  expect([...decipher.update(sealed.subarray(10, 13))]).toEqual([9, 9, 9]);
});
