// CRC-32 over a PDU, header to ICV: polynomial 0x04c11db7, start and final XOR all ones, in both conventions.
//
//   reflected   bits of a byte lowest first, sent least byte first (802.3)
//   msb         bits highest first, sent big-endian (OFDMA)
//
// With the msb register kept byte-swapped both are the same computation over different tables: the byte next in line is always the
// lowest, and the register is stored as it stands. Eight tables of 256 words take eight bytes a step. Nothing here is secret.

const TABLES: usize = 8;
const TABLE_SIZE: usize = 1024;
const REFLECTED = memory.data(8192, 64);
const MSB = memory.data(8192, 64);

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

  /** The four bytes that follow the PDU, as they stand in memory. */
  @inline static of(src: usize, length: u32, msb: bool): u32 {
    return Crc32.run(src, length, msb ? MSB : REFLECTED);
  }

  private static run(src: usize, length: u32, table: usize): u32 {
    let c: u32 = ~0;
    for (; length >= 8; length -= 8, src += 8) {
      const a = load<u32>(src) ^ c;
      const b = load<u32>(src, 4);
      c =
        load<u32>(table + ((a & 0xff) << 2), 7168) ^
        load<u32>(table + (((a >> 8) & 0xff) << 2), 6144) ^
        load<u32>(table + (((a >> 16) & 0xff) << 2), 5120) ^
        load<u32>(table + ((a >> 24) << 2), 4096) ^
        load<u32>(table + ((b & 0xff) << 2), 3072) ^
        load<u32>(table + (((b >> 8) & 0xff) << 2), 2048) ^
        load<u32>(table + (((b >> 16) & 0xff) << 2), 1024) ^
        load<u32>(table + ((b >> 24) << 2));
    }
    for (; length > 0; length--, src++) c = load<u32>(table + (((c ^ load<u8>(src)) & 0xff) << 2)) ^ (c >> 8);
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
