// Opening a batch:
//
//   1. each PDU is checked as far as it can be without its key: header and length; CRC; EKS, CID, direction, PN
//   2. CCM: every ICV verdict; what fails is zeroed
//   3. in the order of `add`, each authentic PN meets its replay window; what loses is zeroed
//
// So the order in which lanes were fed decides nothing, and a window sees authentic packets only. MBS packets carry no ICV: anybody can
// alter one, so none of them moves a window; their ROC and frame number choose the key stream and that is all.
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
  PN_LIMIT,
  PN_UPLINK,
  ROC_SIZE,
  SLOT_CIPHER,
  SLOT_KEY,
  SLOT_LOAN,
  SLOT_USE,
  SLOT_WINDOW,
  STATUS_CI,
  STATUS_CID,
  STATUS_CLEARTEXT,
  STATUS_DIRECTION,
  STATUS_EKS,
  STATUS_HCS,
  STATUS_HEADER,
  STATUS_KEY_ERASED,
  STATUS_LEN,
  STATUS_LENT,
  STATUS_OK,
  STATUS_PN,
  STATUS_REPLAY,
  USE_OPEN_DOWN,
  USE_OPEN_UP,
} from '../layout';
import { Slots } from '../vault/slots';
import { Account } from './account';
import { Crc32 } from './crc32';
import { CI, EC, ESF, Header, HT_TYPE } from './header';
import { Windows } from './window';

export class Open {
  /** Returns how many packets were accepted. */
  static batch(descs: usize, n: u32, crc: u32, now: f64): u32 {
    const end = descs + n * DESC_SIZE;
    let ccm: u32 = 0;
    let mbs: u32 = 0;
    Slots.fetch(descs, end);
    for (let d = descs; d < end; d += DESC_SIZE) store<u8>(d, <u8>Open.frame(d, crc), DESC_STATUS);
    if (crc !== CRC_NONE) Crc32.batch(descs, n, crc, DESC_LENGTH, true);
    for (let d = descs; d < end; d += DESC_SIZE) {
      if (load<u8>(d, DESC_STATUS) !== STATUS_OK) continue;
      const status = Open.check(d);
      store<u8>(d, <u8>status, DESC_STATUS);
      if (status !== STATUS_OK) continue;
      if (load<u8>(d, DESC_CIPHER) === CIPHER_MBS) mbs++;
      else ccm++;
    }
    if (ccm > 0) BatchCcm.open(descs, n);
    if (mbs > 0) BatchCtr.run(descs, n);
    Windows.fetch(descs, end);
    let accepted: u32 = 0;
    for (let d = descs; d < end; d += DESC_SIZE) {
      if (load<u8>(d, DESC_STATUS) !== STATUS_OK) continue;
      const slot = load<u32>(d, DESC_SLOT);
      const hot = Slots.hot(slot);
      const body = load<u32>(d, DESC_BODY_LENGTH);
      if (
        load<u8>(d, DESC_CIPHER) === CIPHER_CCM &&
        !Windows.accept(Windows.at(load<u32>(hot, SLOT_WINDOW)), load<u32>(d, DESC_PN))
      ) {
        memory.fill(load<u32>(d, DESC_BODY), 0, body);
        store<u8>(d, STATUS_REPLAY, DESC_STATUS);
        continue;
      }
      store<u32>(d, body, DESC_RESULT_LENGTH);
      Account.packet(slot, hot, body, now);
      accepted++;
    }
    return accepted;
  }

  /** Before the CRC: a live key, a sound header, room for all parts. */
  @inline private static frame(d: usize, crc: u32): u32 {
    const hot = Slots.find(load<u32>(d, DESC_SLOT), load<u32>(d, DESC_GENERATION));
    if (hot === 0) return STATUS_KEY_ERASED;
    const use = <i32>load<u8>(hot, SLOT_USE);
    if (use < USE_OPEN_DOWN || use > USE_OPEN_UP) return STATUS_KEY_ERASED;
    if (load<u8>(hot, SLOT_LOAN) === LOAN_LENT) return STATUS_LENT;
    const pdu = load<u32>(d, DESC_PDU);
    const length = load<u32>(d, DESC_LENGTH);
    if (length < <u32>GMH_SIZE || length > <u32>PDU_MAX) return STATUS_HEADER;
    const header = Header.load(pdu);
    const first = <u32>(header & 0xff);
    const second = <u32>((header >> 8) & 0xff);
    if ((first & HT_TYPE) !== 0 || (second & ESF) !== 0) return STATUS_HEADER;
    if (Header.hcs(header) !== load<u8>(pdu, 5)) return STATUS_HCS;
    if ((((second & 7) << 8) | <u32>((header >> 16) & 0xff)) !== length) return STATUS_LEN;
    if ((first & EC) === 0) return STATUS_CLEARTEXT;
    if ((second & CI) !== (crc === CRC_NONE ? 0 : CI)) return STATUS_CI;
    const cipher = load<u8>(hot, SLOT_CIPHER);
    const before: u32 = cipher === CIPHER_CCM ? PDU_PAYLOAD : GMH_SIZE + ROC_SIZE;
    const covered = length - (crc === CRC_NONE ? 0 : CRC_SIZE);
    const after: u32 = cipher === CIPHER_CCM ? ICV_SIZE : 0;
    if (<i32>covered <= <i32>(before + after)) return STATUS_HEADER;
    store<u8>(d, cipher, DESC_CIPHER);
    store<u32>(d, <u32>hot + SLOT_KEY, DESC_KEY);
    store<u32>(d, pdu + before, DESC_BODY);
    store<u32>(d, covered - before - after, DESC_BODY_LENGTH);
    return STATUS_OK;
  }

  /** After it: addressed to this key, from the other side, with a PN that may be. */
  @inline private static check(d: usize): u32 {
    const pdu = load<u32>(d, DESC_PDU);
    const header = Header.load(pdu);
    if ((<u32>(header >> 12) & 3) !== <u32>load<u8>(d, DESC_EKS)) return STATUS_EKS;
    if (<u32>bswap<u16>(load<u16>(pdu, 3)) !== <u32>load<u16>(d, DESC_CID)) return STATUS_CID;
    if (load<u8>(d, DESC_CIPHER) === CIPHER_CCM) {
      const onAir = load<u32>(pdu, GMH_SIZE);
      const use = load<u8>(load<u32>(d, DESC_KEY) - SLOT_KEY, SLOT_USE);
      const pn = use === USE_OPEN_UP ? onAir ^ PN_UPLINK : onAir;
      if ((pn & PN_UPLINK) !== 0) return STATUS_DIRECTION;
      if (pn === 0 || pn >= <u32>PN_LIMIT) return STATUS_PN;
      store<u64>(d, header, DESC_NONCE);
      store<u64>(d, (<u64>onAir) << 8, DESC_NONCE + 8);
      store<u32>(d, pn, DESC_PN);
    } else {
      store<u8>(d, load<u8>(pdu, GMH_SIZE), DESC_PN + 3);
      store<u32>(d, bswap<u32>(load<u32>(d, DESC_PN)), DESC_NONCE);
    }
    return STATUS_OK;
  }
}
