// What the rest of the house sees of the wasm core: handles, keys, traffic. No pointer crosses this line.

/**
 * What a slot may be used for, fixed at birth. Nothing crosses uses. The one-shot modes of `tekcast/hazmat` take raw bytes, never a slot.
 *
 * | use | key | may |
 * |---|---|---|
 * | `seal-down`, `seal-up` | TEK, 16 bytes | seal PDUs of that direction; be wrapped |
 * | `open-down`, `open-up` | TEK, 16 bytes | open PDUs of that direction |
 * | `kek-aeskw`, `kek-ecb` | KEK, 16 bytes | wrap and unwrap with that one algorithm (AES key wrap, RFC 3394; AES-ECB) |
 * | `mac` | HMAC-SHA1 key, 20 bytes | sign and verify digests |
 */
export type KeyUse = 'seal-down' | 'seal-up' | 'open-down' | 'open-up' | 'kek-aeskw' | 'kek-ecb' | 'mac';
/** The uses of a TEK. */
export type TekUse = 'seal-down' | 'seal-up' | 'open-down' | 'open-up';
/** The uses of a KEK. */
export type KekUse = 'kek-aeskw' | 'kek-ecb';

/**
 * An opaque name for a key in the vault. Prints as `TEK(said=0x0205 seq=2 slot=17)`, never as bytes.
 * Its properties show what it names and decide nothing; a copy (spread, `structuredClone`) is no handle (`TYPE`).
 * Stale once erased: the slot's generation (32 bits) moves on, and a slot is retired rather than let it wrap.
 */
export interface KeyHandle {
  /** Number of the core that holds the key; a handle of another core is refused (`WRONG_CORE`). */
  readonly core: number;
  readonly slot: number;
  readonly generation: number;
  readonly use: KeyUse;
  readonly said: number;
  /** TEK sequence number (0..3), sent as EKS. 0 for other keys. */
  readonly sequence: number;
  /** What logs may show: use, SAID, sequence and slot. */
  toString(): string;
}

/** Whose slot it is, and what it may do. `owner` is a station's number from {@link Core.newOwner}; a thousand may share a core. */
export interface TekBirth {
  use: TekUse;
  owner: number;
  /** SAID, 0..65535. */
  said: number;
  /** TEK sequence number mod 4. */
  sequence: number;
  /** Sealing uses: first PN (default 1). */
  firstPn?: number;
  /** Sealing uses: the first PN that may NOT be used (exclusive). Default 0x7FFFFFFF, so the last usable PN is 0x7FFFFFFE. */
  lease?: number;
  /** Sealing uses: payload bytes after which sealing refuses (`LIMIT`). Default none. */
  byteLimit?: bigint;
  /** Opening uses: replay window in PNs (a multiple of 64, at most `createCore`'s `replayWindow`). Default that maximum. */
  replayWindow?: number;
  /** `ccm` (default; suite 02 01 xx) or `mbs` (AES-CTR with ROC and frame number, suite 80 00 xx; downlink only). */
  cipher?: 'ccm' | 'mbs';
}

/** What installing bytes led to. `live`: a slot of this owner, SAID and use already holds these bytes; its handle is returned, nothing moved.
 *  `resumed`: they were here before and had been erased; the new slot goes on at the old PN, window top and counters: a byte limit
 *  is one of the key, however often it is installed. */
export interface Installed {
  readonly key: KeyHandle;
  readonly outcome: 'new' | 'live' | 'resumed';
}

/** Counters of one key; first and last use are of this slot. */
export interface KeyCounters {
  /** Packets sealed, or opened and accepted. At most 2^31. */
  readonly packets: number;
  readonly bytes: bigint;
  /** Milliseconds, the caller's clock as given to `seal`/`open`; undefined before the first use. */
  readonly firstUse: number | undefined;
  readonly lastUse: number | undefined;
  /** Sealing: the next PN. Opening: one above the highest PN accepted. */
  readonly nextPn: number;
  /** Sealing: first PN that may not be used. */
  readonly lease: number;
}

/** Keys in the vault. All byte arrays are `Uint8Array`; lengths in bytes. Errors: `VAULT_FULL`, `WINDOWS_FULL`, `WRONG_CORE`, `KEY_ERASED`, `KEY_USE`, `KEY_IN_USE`, `KEY_LENT`, `LENGTH`, `RANGE`, `TYPE`, `ENTROPY`, `DISPOSED`. */
export interface Keys {
  /** Makes a TEK with the vault's CTR_DRBG. `context` binds all field values of the request (patent ¶63): it goes into the additional input. */
  generate(birth: TekBirth & { context?: Uint8Array }): KeyHandle;
  /**
   * A TEK for each birth, at most 4,096, in their order, in one wasm call: one request to the DRBG, whose additional input (32 fresh platform
   * bytes, then `context`: all field values of what asked for them) binds them all. All are made or none: `VAULT_FULL`, `WINDOWS_FULL`.
   */
  generateMany(births: readonly TekBirth[], context?: Uint8Array): KeyHandle[];
  /** A second slot with the same TEK for another use: `seal-down` → `open-up` (BS), `open-down` → `seal-up` (SS, unicast); the same owner; not of a
   *  borrowed key (`KEY_USE`): its home may have that twin, and two would use the same PNs. */
  twin(key: KeyHandle, birth: TekBirth): Installed;
  /** PKMv1 derivations (802.16 §7.5.4) from a 20-byte AK: KEK for the one algorithm, HMAC_KEY_U, HMAC_KEY_D. The AK's bytes in the core are wiped;
   *  on success the caller's array is zeroed too unless `keep`. */
  fromAk(
    ak: Uint8Array,
    options: { owner: number; kek: KekUse; keep?: boolean },
  ): { kek: KeyHandle; hmacUp: KeyHandle; hmacDown: KeyHandle };
  /** Installs raw bytes: a named exception to "secrets live in the wasm", for tests and static keys. */
  put(bytes: Uint8Array, birth: TekBirth | { use: KekUse | 'mac'; owner: number }): Installed;
  /** A TEK under a KEK: 24 bytes (`kek-aeskw`) or 16 (`kek-ecb`). */
  wrap(key: KeyHandle, kek: KeyHandle): Uint8Array;
  /**
   * Wraps each key under the KEK of the same place, eight at a time, at most 4,096. Returns rows of 24 bytes in their order: at 24 * i the blob
   * that {@link wrap} gives, of `kek-ecb` 16 bytes and 8 zeros. When one key or KEK is refused (`KEY_ERASED`, `KEY_USE`, `WRONG_CORE`), the error names
   * it and none is wrapped; `LENGTH`: not as many KEKs as keys.
   */
  wrapMany(keys: readonly KeyHandle[], keks: readonly KeyHandle[]): Uint8Array<ArrayBuffer>;
  /** Undefined when the blob's length or its integrity value is wrong (AES key wrap), else the installed key. */
  unwrap(blob: Uint8Array, kek: KeyHandle, birth: TekBirth): Installed | undefined;
  /** Raises a sealing slot's lease (exclusive PN limit, at most 0x7FFFFFFF). Lowering it throws `RANGE`. */
  lease(key: KeyHandle, upTo: number): void;
  /** Of a TEK. Throws `KEY_ERASED`, `KEY_USE`. */
  counters(key: KeyHandle): KeyCounters;
  /**
   * Lends a TEK to another core: a sealing one with the PNs from its next up to `upTo` (exclusive, at most its lease), an opening one with its
   * replay window. The PNs are burnt here at once, and until {@link settle} or {@link writeOff} this core refuses to seal or open with it
   * (`LENT`); it still wraps it. Lent already, under the same `kek`: more PNs for the same borrower. Returns a note for {@link borrow}, wrapped
   * under `kek` (`kek-aeskw`), which that borrower must hold too, and no third core: what lies in it cannot be read or changed between the two.
   */
  lend(key: KeyHandle, kek: KeyHandle, upTo?: number): Uint8Array<ArrayBuffer>;
  /** Takes a note of {@link lend} in, once. Undefined when it is not whole, not for this `kek`, or not later than all taken in under it: notes are
   *  taken in the order in which they were made. */
  borrow(note: Uint8Array, kek: KeyHandle, owner: number): KeyHandle | undefined;
  /** Erases a borrowed TEK. Returns a note for {@link settle}: next PN, replay window and counters. */
  giveBack(key: KeyHandle, kek: KeyHandle): Uint8Array<ArrayBuffer>;
  /** Ends a loan: the key goes on here where the borrower stopped. False, and nothing moved, when the note is not that of its last loan. */
  settle(key: KeyHandle, kek: KeyHandle, note: Uint8Array): boolean;
  /** Ends a loan whose borrower is lost: all PNs lent stay burnt. Opening: nothing up to `top`, the highest PN known to be accepted, is accepted again. */
  writeOff(key: KeyHandle, top?: number): void;
  /** True if both slots hold the same key bytes. Constant time. */
  same(a: KeyHandle, b: KeyHandle): boolean;
  /** False once it was erased. Throws `WRONG_CORE`, `TYPE`. */
  isLive(key: KeyHandle): boolean;
  /** Wipes the slot. A TEK leaves a tombstone: fingerprint under a vault-born secret, next PN, window top. */
  erase(key: KeyHandle): void;
  /** Erases every slot of an owner and drops its tombstones: for when its AK ends. */
  forget(owner: number): void;
  /** HMAC-SHA1 (20 bytes) of `message` under a `mac` key. */
  hmac(key: KeyHandle, message: Uint8Array): Uint8Array;
  /** Constant-time check of a 20-byte digest; false for another length. */
  verifyHmac(key: KeyHandle, message: Uint8Array, digest: Uint8Array): boolean;
}

/** What a batch needs to know of an SA's current TEK; `sa/` satisfies it. */
export interface TrafficSa {
  readonly key: KeyHandle;
  /** 2-bit TEK sequence number for the header's EKS field. */
  readonly eks: number;
  /** Connection identifier, 16 bits. */
  readonly cid: number;
}

/**
 * SAs by number, for batches over thousands of them: `core.saTable`, then `core.traffic({ table })` and `addPayload(row, payload)`. A row may be what
 * a program has anyway, such as the CID. One table serves all batches of its core and those of a pool whose home that core is.
 */
export interface SaTable {
  /** Rows, with an SA or without. */
  readonly length: number;
  /** Puts an SA into a row, in place of another: a rekey is this one call. Packets that were added keep the key they were added with. Throws `RANGE` for
   *  `row`, an EKS above 3 or a CID above 65,535; `TYPE`, `KEY_USE`, `WRONG_CORE`. */
  set(row: number, sa: TrafficSa): void;
  /** What is in a row. Throws `RANGE`. */
  get(row: number): TrafficSa | undefined;
  /** Empties a row. Throws `RANGE`. */
  delete(row: number): void;
}

/** CRC-32 at the end of a PDU: MSB-first big-endian (OFDMA; what tshark checks), reflected least byte first (802.3 style), or none (CI = 0). */
export type Crc = 'msb' | 'reflected' | 'none';

/** Why one packet of a batch was refused; `''` when it was not. */
export type TrafficCode =
  | ''
  | 'EMPTY' // payload of 0 bytes
  | 'TOO_LONG' // PDU above 2,047 bytes
  | 'KEY_ERASED' // stale handle
  | 'LEASE' // PN lease used up (or 0x7FFFFFFE reached)
  | 'LIMIT' // byte limit reached
  | 'HEADER' // HT = 1, shorter than a PDU can be, or reserved type
  | 'HCS'
  | 'LEN' // LEN field does not equal the PDU's length
  | 'CLEARTEXT' // EC = 0 on a connection that is encrypted
  | 'CID'
  | 'EKS'
  | 'CI' // CRC indicator other than configured
  | 'CRC'
  | 'DIRECTION' // PN bit 31 is not of the receiving direction
  | 'PN' // stripped PN 0 or >= 0x7FFFFFFF
  | 'ICV'
  | 'REPLAY'
  | 'LENT'; // on loan: its borrower seals and opens

/**
 * One packet's result: a view into the arena (valid until the batch is next added to, sealed, opened or cleared), or a code.
 * The view's `buffer` is all of the core's memory, keys included, and `structuredClone` and `postMessage` copy whole buffers: give them
 * `bytes.slice()`.
 */
export type TrafficResult =
  | { readonly code: ''; readonly bytes: Uint8Array }
  | { readonly code: Exclude<TrafficCode, ''>; readonly bytes?: undefined };

/**
 * A batch of packets of any keys and lengths, either sealed or opened in one wasm call. Reusable: the first `add` after `seal`/`open` starts the next batch.
 * No allocation per packet with `code`, `start`, `end`, `arena`; `results()` makes one view per packet.
 */
export interface Traffic {
  /** Copies a payload (1..2,025 bytes with CRC; 2,029 without) into the arena; returns its index. Throws `BATCH_FULL`, `ARENA_FULL`, `KEY_USE`, `WRONG_CORE`,
   *  `TYPE`, and `RANGE` for an EKS above 3 or a CID above 65,535. `sa`: or the number of a row of the batch's table; `RANGE` outside it, `TYPE` where
   *  it is empty. */
  addPayload(sa: TrafficSa | number, payload: Uint8Array): number;
  /** Copies a whole MAC PDU, header included; returns its index. Throws as above. Cipher `mbs`: the low 24 bits of `frame` are the PHY frame
   *  number that carried it (the PDU itself holds the ROC only); `RANGE` above 32 bits. */
  addPdu(sa: TrafficSa | number, pdu: Uint8Array, frame?: number): number;
  /**
   * Copies many payloads together: payload i is the next `lengths[i]` bytes of `payloads`, for the SA in row `rows[i]` of the batch's table. All or none.
   * Returns the index of the first. For packets that lie together anyway, as in a ring or a capture: short ones cost two thirds of what `addPayload` takes.
   * Their bytes also stay behind the batch until `clear`. Throws as above, and `LENGTH` where `lengths` are not as many as `rows` or their sum is not the length of `payloads`.
   */
  addPayloads(rows: Uint32Array, payloads: Uint8Array, lengths: Uint16Array): number;
  /** The same with whole MAC PDUs, and `frames[i]` as of `addPdu`. */
  addPdus(rows: Uint32Array, pdus: Uint8Array, lengths: Uint16Array, frames?: Uint32Array): number;
  /** Seals every packet added; PNs are given in the order of `add`. Returns how many succeeded. `now` (ms) feeds first and last use; `TYPE` if it is
   *  no number. */
  seal(now?: number): number;
  /** Opens every packet added: all ICV verdicts first, then replay windows in the order of `add`. Returns how many were accepted. */
  open(now?: number): number;
  /** Packets in the batch. */
  readonly length: number;
  /** What became of packet `index` (`RANGE` outside 0..length − 1); `''`: sealed, or accepted. Throws `BATCH_OPEN` before `seal` or `open`. */
  code(index: number): TrafficCode;
  /** Byte range of packet `index` in `arena`: the PDU after `seal`, the payload after `open`. Meaningful only when `code(index)` is `''`. */
  start(index: number): number;
  /** See `start`; exclusive. */
  end(index: number): number;
  /** PN used or carried (direction bit stripped). Cipher `mbs`: ROC (8 bits) and frame number (24). */
  pn(index: number): number;
  /** This batch's bytes; its `buffer` is all of the core's memory ({@link TrafficResult}). */
  readonly arena: Uint8Array;
  /** Every packet's result in the order of `add`; bytes are views of the arena, good until the next batch. */
  results(): Iterable<TrafficResult>;
  /** Forgets the batch and zeroes its bytes. */
  clear(): void;
  /** Gives its part of the arena back to the core. */
  dispose(): void;
}

/** `WebAssembly.Module`, where a project's libraries know that name: those of Node alone do not. */
export type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer M } } } ? M : object;

/** Sizes of a core: all its memory is taken when it is made. `RANGE` for another number, `MEMORY` where the engine gives less. */
export interface CoreOptions {
  /** Key slots, 1..2^20. Default 4,096. 64 bytes hot and 64 cold each. */
  slots?: number;
  /** Replay windows (one per opening slot and sender). Default 1,024. */
  windows?: number;
  /** Largest replay window in PNs, a multiple of 64. Default 1,024. */
  replayWindow?: number;
  /** Remembered erased TEKs. Default 4 × slots. */
  tombstones?: number;
  /** Packet descriptors over all `traffic()` batches. Default 4,096. */
  packets?: number;
  /** Bytes for packets over all batches. Default 4 MiB. */
  arenaBytes?: number;
  /**
   * A compiled core to use in place of the inlined one (streaming, CSP, runtimes that refuse to compile bytes): `tekcast/core.wasm` of the same
   * version. Another is refused: `TYPE`, naming `module` and the number of the layout that it was built for.
   */
  module?: WasmModule;
}

/** What a core is and how full it is. */
export interface CoreInfo {
  readonly version: string;
  readonly flavour: 'const' | 'relaxed' | 'scalar' | 'debug';
  readonly slots: number;
  readonly slotsUsed: number;
  readonly windows: number;
  readonly windowsUsed: number;
  /** Largest replay window, PNs. */
  readonly replayWindow: number;
  readonly tombstones: number;
  readonly tombstonesUsed: number;
  readonly memoryBytes: number;
  /** Primitives whose known answer was checked at instantiation. */
  readonly selfTest: readonly string[];
  /** DRBG reseeds since instantiation. */
  readonly reseeds: number;
}

/** One instance of the wasm: a vault of keys and an arena for batches. Thousands of stations may share it; what it made is of no use to another. */
export interface Core {
  readonly id: number;
  readonly keys: Keys;
  /** `packets` per batch; `bytes` of the arena it takes (default packets × 2,048); `crc` default `msb`; `table`: the SAs that packets may name by number. */
  traffic(options: { packets: number; bytes?: number; crc?: Crc; table?: SaTable }): Traffic;
  /**
   * The same SA, checked once and packed for `add`: worth keeping beside each key where SAs are many. Throws `TYPE`, `KEY_USE`, `WRONG_CORE`,
   * and `RANGE` for an EKS above 3 or a CID above 65,535.
   */
  sa(sa: TrafficSa): TrafficSa;
  /** A table of `rows` SAs, 0..2^20, all empty: where SAs are more than a few thousand, still faster than {@link sa}. Throws `RANGE`. */
  saTable(rows: number): SaTable;
  /** A fresh owner number (a station). */
  newOwner(): number;
  /** `length` random bytes from the vault's DRBG, for identifiers and jitter, not for keys. */
  random(length: number): Uint8Array;
  /** Reseeds the DRBG from the platform. Throws `ENTROPY`. */
  reseed(): void;
  /** Sizes, and rows in use, as of now. */
  info(): CoreInfo;
  /** Wipes all of linear memory. Every later call throws `DISPOSED`. */
  dispose(): void;
}
