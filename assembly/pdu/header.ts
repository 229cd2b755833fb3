// Generic MAC header (802.16 §6.3.2.1.1), of an encrypted PDU without subheaders:
//
//   byte 0   HT = 0, EC = 1, Type = 0
//   byte 1   ESF = 0, CI, EKS(2), Rsv = 0, LEN[10:8]
//   byte 2   LEN[7:0]        whole PDU: header, PN, payload, ICV, CRC
//   byte 3   CID[15:8]
//   byte 4   CID[7:0]
//   byte 5   HCS             CRC-8 of bytes 0..4, x^8 + x^2 + x + 1
//
// Nothing here is secret, so tables are allowed.

export const HT_TYPE: u32 = 0xbf; // byte 0: all but EC
export const EC: u32 = 0x40; // byte 0
export const ESF: u32 = 0x80; // byte 1
export const CI: u32 = 0x40; // byte 1
const POLYNOMIAL: u32 = 0x107;

const TABLE = memory.data(256);

export class Header {
  static init(): void {
    for (let i: u32 = 0; i < 256; i++) {
      let c = i;
      for (let bit = 0; bit < 8; bit++) c = (c << 1) ^ ((c >> 7) * POLYNOMIAL);
      store<u8>(TABLE + i, <u8>c);
    }
  }

  /** Bytes 0..4, first byte lowest. */
  @inline static pack(indicator: u32, eks: u32, length: u32, cid: u32): u64 {
    const second = indicator | (eks << 4) | (length >> 8);
    return <u64>(EC | (second << 8) | ((length & 0xff) << 16) | ((cid & 0xff00) << 16)) | ((<u64>(cid & 0xff)) << 32);
  }

  /** HCS of the five lowest bytes. */
  @inline static hcs(bytes: u64): u32 {
    let c: u32 = load<u8>(TABLE + <usize>(bytes & 0xff));
    c = load<u8>(TABLE + <usize>(c ^ <u32>((bytes >> 8) & 0xff)));
    c = load<u8>(TABLE + <usize>(c ^ <u32>((bytes >> 16) & 0xff)));
    c = load<u8>(TABLE + <usize>(c ^ <u32>((bytes >> 24) & 0xff)));
    return load<u8>(TABLE + <usize>(c ^ <u32>((bytes >> 32) & 0xff)));
  }

  /** Bytes 0..4 of the header at `pdu`. */
  @inline static load(pdu: usize): u64 {
    return <u64>load<u32>(pdu) | ((<u64>load<u8>(pdu, 4)) << 32);
  }
}
