// CRC-32 over PDUs, header to ICV: polynomial 0x04c11db7, start and final XOR all ones, in both conventions.
//
//   reflected   bits of a byte lowest first, sent least byte first (802.3)
//   msb         bits highest first, sent big-endian (OFDMA)
//
// With the msb register kept byte-swapped both are the same computation over different tables: the byte next in line is always the
// lowest, and the register is stored as it stands. Eight tables of 256 words take eight bytes a step; each step waits for the one
// before it, so two PDUs are worked on side by side. Nothing here is secret.
import { Declassify } from '../declassify';
import { CRC_MSB, CRC_SIZE, DESC_PDU, DESC_SIZE, DESC_STATUS, STATUS_CRC, STATUS_OK } from '../layout';

const TABLES: usize = 8;
const TABLE_SIZE: usize = 1024;
const REFLECTED = memory.data(8192, 64);
const MSB = memory.data(8192, 64);

let FIRST: u32 = 0;
let SECOND: u32 = 0;

export class Crc32 {
  static init(): void {
    for (let i: u32 = 0; i < 256; i++) {
      let low = i;
      let high = i << 24;
      for (let bit = 0; bit < 8; bit++) {
        low = (low >> 1) ^ ((low & 1) * 0xedb88320);
        high = (high << 1) ^ ((high >> 31) * 0x04c11db7);
      }
      store<u32>(REFLECTED + i * 4, low);
      store<u32>(MSB + i * 4, bswap<u32>(high));
    }
    Crc32.extend(REFLECTED);
    Crc32.extend(MSB);
  }

  /**
   * Writes the CRC of every PDU whose status is OK, or checks it and sets STATUS_CRC. `field` is where a descriptor holds the PDU's
   * length, CRC included.
   */
  static batch(descs: usize, n: u32, crc: u32, field: usize, check: bool): void {
    const table = crc === CRC_MSB ? MSB : REFLECTED;
    const end = descs + n * DESC_SIZE;
    let held: usize = 0;
    for (let d = descs; d < end; d += DESC_SIZE) {
      if (load<u8>(d, DESC_STATUS) !== STATUS_OK) continue;
      if (held === 0) held = d;
      else {
        Crc32.both(held, d, field, table, check);
        held = 0;
      }
    }
    if (held !== 0) Crc32.both(held, held, field, table, check);
  }

  private static both(d: usize, e: usize, field: usize, table: usize, check: bool): void {
    const p = load<u32>(d, DESC_PDU);
    const q = load<u32>(e, DESC_PDU);
    const n = load<u32>(d + field) - CRC_SIZE;
    const m = load<u32>(e + field) - CRC_SIZE;
    // Public: a CRC is made of the PDU as it stands on the air, encrypted.
    Declassify.bytes(p, n);
    Declassify.bytes(q, m);
    Crc32.run(p, n, q, m, table);
    if (check) {
      if (load<u32>(p + n) !== FIRST) store<u8>(d, STATUS_CRC, DESC_STATUS);
      if (load<u32>(q + m) !== SECOND) store<u8>(e, STATUS_CRC, DESC_STATUS);
    } else {
      store<u32>(p + n, FIRST);
      store<u32>(q + m, SECOND);
    }
  }

  /** FIRST and SECOND: the four bytes that follow n bytes at p, and m bytes at q, as they stand in memory. */
  private static run(p: usize, n: u32, q: usize, m: u32, table: usize): void {
    let c: u32 = ~0;
    let d: u32 = ~0;
    for (; n >= 8 && m >= 8; n -= 8, m -= 8, p += 8, q += 8) {
      c = Crc32.step(load<u32>(p) ^ c, load<u32>(p, 4), table);
      d = Crc32.step(load<u32>(q) ^ d, load<u32>(q, 4), table);
    }
    FIRST = Crc32.rest(c, p, n, table);
    SECOND = Crc32.rest(d, q, m, table);
  }

  @inline private static step(a: u32, b: u32, table: usize): u32 {
    return (
      load<u32>(table + ((a << 2) & 0x3fc), 7168) ^
      load<u32>(table + ((a >> 6) & 0x3fc), 6144) ^
      load<u32>(table + ((a >> 14) & 0x3fc), 5120) ^
      load<u32>(table + ((a >> 22) & 0x3fc), 4096) ^
      load<u32>(table + ((b << 2) & 0x3fc), 3072) ^
      load<u32>(table + ((b >> 6) & 0x3fc), 2048) ^
      load<u32>(table + ((b >> 14) & 0x3fc), 1024) ^
      load<u32>(table + ((b >> 22) & 0x3fc))
    );
  }

  private static rest(c: u32, p: usize, n: u32, table: usize): u32 {
    for (; n >= 8; n -= 8, p += 8) c = Crc32.step(load<u32>(p) ^ c, load<u32>(p, 4), table);
    for (; n > 0; n--, p++) c = load<u32>(table + (((c ^ load<u8>(p)) << 2) & 0x3fc)) ^ (c >> 8);
    return ~c;
  }

  /** Table k is table k - 1 with one more zero byte passed. */
  private static extend(table: usize): void {
    for (let p = table + TABLE_SIZE; p < table + TABLES * TABLE_SIZE; p += 4) {
      const c = load<u32>(p - TABLE_SIZE);
      store<u32>(p, (c >> 8) ^ load<u32>(table + ((c & 0xff) << 2)));
    }
  }
}
