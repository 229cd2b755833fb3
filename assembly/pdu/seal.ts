// Sealing a batch, three passes in the order of `add`:
//
//   1. each packet takes its slot's next PN, if lease and byte limit allow, and gets its final header, PN and nonce
//   2. CCM over all of them, in whatever order the lanes like
//   3. CRC
//
//   | GMH 6 | PN 4, least byte first | payload, encrypted in place | ICV 8 | CRC 4 |
//   | GMH 6 | ROC 1 | payload, encrypted in place | CRC 4 |                            MBS: starts 3 bytes later
import { BatchCcm } from '../batch/ccm';
import { BatchCtr } from '../batch/ctr';
import {
  CIPHER_CCM,
  CIPHER_MBS,
  CRC_NONE,
  CRC_SIZE,
  DESC_BODY,
  DESC_BODY_LENGTH,
  DESC_CID,
  DESC_CIPHER,
  DESC_EKS,
  DESC_GENERATION,
  DESC_KEY,
  DESC_LENGTH,
  DESC_NONCE,
  DESC_PDU,
  DESC_PN,
  DESC_RESULT_LENGTH,
  DESC_SIZE,
  DESC_SLOT,
  DESC_STATUS,
  GMH_SIZE,
  ICV_SIZE,
  LOAN_LENT,
  PDU_MAX,
  PDU_PAYLOAD,
  PN_UPLINK,
  ROC_SIZE,
  SLOT_BYTE_LIMIT,
  SLOT_BYTES,
  SLOT_CIPHER,
  SLOT_KEY,
  SLOT_LEASE,
  SLOT_LOAN,
  SLOT_NEXT_PN,
  SLOT_USE,
  STATUS_EMPTY,
  STATUS_KEY_ERASED,
  STATUS_LEASE,
  STATUS_LENT,
  STATUS_LIMIT,
  STATUS_OK,
  STATUS_TOO_LONG,
  USE_SEAL_UP,
} from '../layout';
import { Slots } from '../vault/slots';
import { Account } from './account';
import { Crc32 } from './crc32';
import { CI, Header } from './header';

export class Seal {
  /** Returns how many packets were sealed. */
  static batch(descs: usize, n: u32, crc: u32, now: f64): u32 {
    const end = descs + n * DESC_SIZE;
    let sealed: u32 = 0;
    let mbs: u32 = 0;
    Slots.fetch(descs, end);
    for (let d = descs; d < end; d += DESC_SIZE) {
      const status = Seal.prepare(d, crc, now);
      store<u8>(d, <u8>status, DESC_STATUS);
      if (status !== STATUS_OK) continue;
      sealed++;
      mbs += u32(load<u8>(d, DESC_CIPHER) === CIPHER_MBS);
    }
    if (sealed > mbs) BatchCcm.seal(descs, n);
    if (mbs > 0) BatchCtr.run(descs, n);
    if (crc !== CRC_NONE) Crc32.batch(descs, n, crc, DESC_RESULT_LENGTH, false);
    return sealed;
  }

  /** Pass 1 for one packet; a packet that is refused uses no PN. */
  @inline private static prepare(d: usize, crc: u32, now: f64): u32 {
    const slot = load<u32>(d, DESC_SLOT);
    const hot = Slots.find(slot, load<u32>(d, DESC_GENERATION));
    if (hot === 0) return STATUS_KEY_ERASED;
    const use = <i32>load<u8>(hot, SLOT_USE);
    if (use > USE_SEAL_UP) return STATUS_KEY_ERASED;
    if (load<u8>(hot, SLOT_LOAN) === LOAN_LENT) return STATUS_LENT;
    const payload = load<u32>(d, DESC_LENGTH);
    if (payload === 0) return STATUS_EMPTY;
    const cipher = load<u8>(hot, SLOT_CIPHER);
    const around: u32 =
      (cipher === CIPHER_CCM ? PDU_PAYLOAD + ICV_SIZE : GMH_SIZE + ROC_SIZE) + (crc === CRC_NONE ? 0 : CRC_SIZE);
    if (payload > <u32>PDU_MAX - around) return STATUS_TOO_LONG; // before the sum, which could wrap
    const length = payload + around;
    const pn = load<u32>(hot, SLOT_NEXT_PN);
    if (pn >= load<u32>(hot, SLOT_LEASE)) return STATUS_LEASE;
    if (load<u64>(hot, SLOT_BYTES) + payload > load<u64>(hot, SLOT_BYTE_LIMIT)) return STATUS_LIMIT;
    store<u32>(hot, pn + 1, SLOT_NEXT_PN);
    Account.packet(slot, hot, payload, now);

    const body = load<u32>(d, DESC_PDU) + PDU_PAYLOAD;
    const pdu = body - (cipher === CIPHER_CCM ? PDU_PAYLOAD : GMH_SIZE + ROC_SIZE);
    const header = Header.pack(crc === CRC_NONE ? 0 : CI, load<u8>(d, DESC_EKS), length, load<u16>(d, DESC_CID));
    store<u32>(pdu, <u32>header);
    store<u16>(pdu, <u16>(<u32>(header >> 32) | (Header.hcs(header) << 8)), 4);
    if (cipher === CIPHER_CCM) {
      const onAir = use === USE_SEAL_UP ? pn ^ PN_UPLINK : pn;
      store<u32>(pdu, onAir, GMH_SIZE);
      store<u64>(d, header, DESC_NONCE);
      store<u64>(d, (<u64>onAir) << 8, DESC_NONCE + 8);
    } else {
      store<u8>(pdu, <u8>(pn >> 24), GMH_SIZE);
      store<u32>(d, bswap<u32>(pn), DESC_NONCE);
      store<u32>(d, pdu, DESC_PDU);
    }
    store<u32>(d, pn, DESC_PN);
    store<u8>(d, cipher, DESC_CIPHER);
    store<u32>(d, <u32>hot + SLOT_KEY, DESC_KEY);
    store<u32>(d, <u32>body, DESC_BODY);
    store<u32>(d, payload, DESC_BODY_LENGTH);
    store<u32>(d, length, DESC_RESULT_LENGTH);
    return STATUS_OK;
  }
}
