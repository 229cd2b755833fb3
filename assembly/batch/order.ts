// The order in which a batch is worked on: by number of blocks, so that the eight packets of a lane group end at about the same
// time. A counting sort, stable, over the descriptors of one cipher that are still live.
import { DESC_BODY_LENGTH, DESC_CIPHER, DESC_SIZE, DESC_STATUS, STATUS_OK } from '../layout';

// One count a number of blocks, 0..255: a PDU's payload has at most 128.
const STARTS: usize = memory.data(1024, 16); // zero between two batches

let table: usize = 0;

export class BatchOrder {
  /** Bytes the table takes for batches of up to `packets` packets, or of the self-test's eight. */
  static bytes(packets: u32): usize {
    return (<usize>max<u32>(packets, 8)) << 2;
  }

  /** Gives it that many bytes at `base`. Once, before the first batch. */
  static init(base: usize, packets: u32): void {
    table = base;
  }

  /** Address of the i-th descriptor in working order. */
  @inline
  static at(i: u32): usize {
    return <usize>load<u32>(table + ((<usize>i) << 2));
  }

  /** Orders the descriptors of `cipher` (CIPHER_*) whose status is STATUS_OK; answers how many there are. */
  static sort(descs: usize, n: u32, cipher: u32): u32 {
    const end = descs + <usize>n * DESC_SIZE;
    let top = STARTS; // the highest bucket in use
    for (let desc = descs; desc < end; desc += DESC_SIZE) {
      if (!BatchOrder.takes(desc, cipher)) continue;
      const bucket = BatchOrder.bucket(desc);
      store<u32>(bucket, load<u32>(bucket) + 1);
      top = max(top, bucket);
    }
    let live: u32 = 0;
    for (let bucket = STARTS; bucket <= top; bucket += 4) {
      const count = load<u32>(bucket);
      store<u32>(bucket, live);
      live += count;
    }
    for (let desc = descs; desc < end; desc += DESC_SIZE) {
      if (!BatchOrder.takes(desc, cipher)) continue;
      const bucket = BatchOrder.bucket(desc);
      const at = load<u32>(bucket);
      store<u32>(bucket, at + 1);
      store<u32>(table + ((<usize>at) << 2), <u32>desc);
    }
    for (let bucket = STARTS; bucket <= top; bucket += 4) store<u32>(bucket, 0);
    return live;
  }

  @inline
  private static takes(desc: usize, cipher: u32): bool {
    return load<u8>(desc, DESC_STATUS) == STATUS_OK && load<u8>(desc, DESC_CIPHER) == cipher;
  }

  @inline
  private static bucket(desc: usize): usize {
    return STARTS + ((<usize>((load<u32>(desc, DESC_BODY_LENGTH) + 15) >> 4)) << 2);
  }
}
