// Record sizes and offsets in linear memory, imported by AssemblyScript and TypeScript alike.
// Dialect: `export const NAME = integer expression` only (asc inlines it, tsc and tsup read it as it stands).
//
// Linear memory, taken whole at instantiation and never grown:
//
//   0        static data and scratch (memory.data), then from __heap_base, each region aligned to 64:
//   io           IO_SIZE                   arguments and answers of single calls
//   fresh        FRESH_POOL                platform bytes not used yet
//   bulk         (BULK_SIZE + 16) x BULK_MAX   rows of a call for many keys
//   slots        SLOT_SIZE  x slots        hot half of the vault: one cache line a key
//   cold         COLD_SIZE  x slots        what a packet does not need
//   tombstones   TOMB_SIZE  x tombstones   one row for each TEK, live or erased
//   heads        4 x buckets, three times  first row of a fingerprint, first row and first slot of an owner
//   windows      (WINDOW_RING + replayWindow / 8, rounded up to WINDOW_ALIGN) x windows
//   order        BatchOrder.bytes(packets)
//   descriptors  DESC_SIZE  x packets
//   arena        arenaBytes                packets themselves

// What a core and its bindings must agree on: the figures in this file and the exports of index.ts. Raise it by hand with every change
// of either that a core or bindings built before would not know of.
export const LAYOUT_VERSION = 2;

export const REGION_IO = 0;
export const REGION_SLOTS = 1;
export const REGION_COLD = 2;
export const REGION_WINDOWS = 3;
export const REGION_DESCRIPTORS = 4;
export const REGION_ARENA = 5;
export const REGION_FRESH = 6;
export const REGION_BULK = 7;

export const USED_SLOTS = 0;
export const USED_TOMBSTONES = 1;
export const USED_WINDOWS = 2;

// Arguments and answers of single calls.
//
//   0       64     128                                 IO_SIZE
//   | birth | out  | data: message, blob, raw key ...   |
export const IO_SIZE = 65536;
export const IO_BIRTH = 0;
export const IO_OUT = 64;
export const IO_DATA = 128;

// What a slot is born with: JS writes it, the core answers with slot and generation.
export const BIRTH_USE = 0; // u8
export const BIRTH_CIPHER = 1; // u8
export const BIRTH_SEQUENCE = 2; // u8
export const BIRTH_SAID = 4; // u16
export const BIRTH_OWNER = 8; // u32
export const BIRTH_FIRST_PN = 12; // u32
export const BIRTH_LEASE = 16; // u32
export const BIRTH_WINDOW = 20; // u32, PNs
export const BIRTH_BYTE_LIMIT = 24; // u64
export const BIRTH_SLOT = 32; // u32, answer
export const BIRTH_GENERATION = 36; // u32, answer

// Platform bytes fetched together (bindings/core/entropy.ts).
export const FRESH_POOL = 512;

// Rows of a call for many keys, BULK_MAX at most. Births: a birth record each, with its answer; then 16 bytes for each key while it is
// born. Wrapping: a pair each; then, from BULK_WRAPPED, the wrapped keys, 24 bytes each (of AES-ECB the first 16).
//
//   0      4            8          12               16
//   | slot | generation | KEK slot | KEK generation |
export const BULK_SIZE = 48;
export const BULK_MAX = 4096; // SP 800-90A table 3: 2^19 bits a request
export const PAIR_SLOT = 0; // u32
export const PAIR_GENERATION = 4; // u32
export const PAIR_KEK_SLOT = 8; // u32
export const PAIR_KEK_GENERATION = 12; // u32
export const PAIR_SIZE = 16;
export const BULK_WRAPPED = 65536; // PAIR_SIZE * BULK_MAX
export const WRAPPED_SIZE = 24;

// What a vault call answers.
export const VAULT_NEW = 0;
export const VAULT_LIVE = 1;
export const VAULT_RESUMED = 2;
export const VAULT_DONE = 3;
export const VAULT_FULL_SLOTS = 4;
export const VAULT_FULL_TOMBSTONES = 5;
export const VAULT_FULL_WINDOWS = 6;
export const VAULT_IN_USE = 7; // another slot seals under these bytes
export const VAULT_ERASED = 8; // stale handle
export const VAULT_USE = 9; // not what this slot is for
export const VAULT_RESEED = 10; // the DRBG wants entropy first
export const VAULT_INTEGRITY = 11; // key unwrap failed
export const VAULT_LOWER = 12; // a lease only rises
export const VAULT_LENT = 13; // on loan to another borrower

// A slot, hot: one 64-byte line.
//
//   0               16      20      24  25    26    27  28      32      36      40      48      56      60   62  64
//   | key           | tail  | gen   |use|state|ciph |eks| next  | lease | window| bytes | limit | pkts  |said|loan|
export const SLOT_SIZE = 64;
export const SLOT_KEY = 0; // 16 bytes. mac: 20, the inner state of the HMAC-SHA1 key (hash/hmac.ts)
export const SLOT_TAIL = 16; // TEK: ms from first to last use, saturating
export const SLOT_GENERATION = 20; // u32
export const SLOT_USE = 24; // u8, USE_*
export const SLOT_STATE = 25; // u8, STATE_*
export const SLOT_CIPHER = 26; // u8, CIPHER_*
export const SLOT_EKS = 27; // u8, TEK sequence number mod 4
export const SLOT_NEXT_PN = 28; // u32. Sealing: next PN. MBS: next ROC(8) || frame number(24). KEK: highest loan taken in under it
export const SLOT_LEASE = 32; // u32, first PN that may not be used
export const SLOT_WINDOW = 36; // u32, index of the first replay window (opening), NONE
export const SLOT_BYTES = 40; // u64
export const SLOT_BYTE_LIMIT = 48; // u64
export const SLOT_PACKETS = 56; // u32
export const SLOT_SAID = 60; // u16
export const SLOT_LOAN = 62; // u8, LOAN_*

export const NONE = 0xffffffff;

export const STATE_FREE = 0;
export const STATE_LIVE = 1;
export const STATE_RETIRED = 2; // its generation would wrap

export const USE_SEAL_DOWN = 1;
export const USE_SEAL_UP = 2;
export const USE_OPEN_DOWN = 3;
export const USE_OPEN_UP = 4;
export const USE_KEK_AESKW = 5;
export const USE_KEK_ECB = 6;
export const USE_MAC = 7;

export const CIPHER_CCM = 0;
export const CIPHER_MBS = 1;

export const LOAN_NONE = 0;
export const LOAN_LENT = 1; // another vault seals or opens with it: this one must not
export const LOAN_BORROWED = 2;

// The cold half of a slot: one line, touched at birth, first use and erasure.
//
//   0       4      8      12     16          24     28      32    36            56               60
//   | owner | tomb | next | prev | first use | loan | first | KEK | outer state | KEK generation |
export const COLD_SIZE = 64;
export const COLD_OWNER = 0; // u32
export const COLD_TOMB = 4; // u32, its tombstone row, NONE for other keys than TEKs
export const COLD_NEXT = 8; // u32, 1 + next slot of the owner's chain; of a free slot: of the free list
export const COLD_PREV = 12; // u32, 1 + previous slot of the owner's chain
export const COLD_FIRST_USE = 16; // f64, ms of the caller's clock; NaN before
export const COLD_LOAN = 24; // u32, number of the last loan
export const COLD_LOAN_FIRST = 28; // u32, lent: first PN of the loan
export const COLD_LOAN_KEK = 32; // u32, lent: slot of the KEK it was lent under
export const COLD_OUTER = 36; // mac: 20 bytes, the outer state of the HMAC-SHA1 key
export const COLD_LOAN_KEK_GENERATION = 56; // u32, lent: generation of that KEK

// A tombstone row: made at a TEK's birth, so that erasing never fails, and kept until its owner is forgotten.
// All links are 1 + row, 0 for none: memory that was never touched is an empty table.
//
//   0             16      20     24     28     32     36     40     44   46  47   48      56     60   64
//   | fingerprint | owner | slot | next | next | prev | next | prev |said|use|ciph| bytes | pkts |    |
//                                  PN     fingerprint   owner
export const TOMB_SIZE = 64;
export const TOMB_FINGERPRINT = 0; // 16 bytes
export const TOMB_OWNER = 16; // u32
export const TOMB_SLOT = 20; // u32; NONE once erased
export const TOMB_NEXT_PN = 24; // u32. Erased: sealing: next PN; opening: one above the highest PN accepted
export const TOMB_NEXT = 28; // u32, chain of one fingerprint bucket; of a free row: free list
export const TOMB_PREV = 32; // u32
export const TOMB_OWNER_NEXT = 36; // u32, chain of one owner bucket
export const TOMB_OWNER_PREV = 40; // u32
export const TOMB_SAID = 44; // u16
export const TOMB_USE = 46; // u8
export const TOMB_CIPHER = 47; // u8
export const TOMB_BYTES = 48; // u64. Erased: the slot's counters, which go on with the key
export const TOMB_PACKETS = 56; // u32

// A replay window: one bit a PN, of those in (top - size, top], in blocks of 64 (PN / 64). The block that top is in stands apart, so that
// PNs that come in order touch one cache line; block b of those before it is word (b mod size / 64) of a ring.
//
//   0     4      8      12       16             24
//   | top | size | next | sender | top's block  | ring ...
export const WINDOW_TOP = 0; // u32, highest PN accepted, 0 before the first
export const WINDOW_LENGTH = 4; // u32, PNs, a multiple of 64
export const WINDOW_NEXT = 8; // u32, 1 + next window of the same slot; of a free window: of the free list
export const WINDOW_SENDER = 12; // u32
export const WINDOW_BITMAP = 16; // top's block and the ring: 8 + size / 8 bytes
export const WINDOW_RING = 24;
export const WINDOW_ALIGN = 32; // no cache line ends within the first 24 bytes

// A packet of a batch. JS writes slot, generation, at, length, eks and cid
// (opening MBS: also pn, the 24-bit frame number; added with others: where its bytes are, as body and bytes); the core the rest.
//
//   0      4      8      12     16                    32     36  37  38   40     44     48     52     56     64
//   | slot | gen  | pdu  | len  | nonce (13) | pad(3) | pn   |st |eks|cid | key  | body | bytes|result|ciph  |
export const DESC_SIZE = 64;
export const DESC_SLOT = 0; // u32
export const DESC_GENERATION = 4; // u32
export const DESC_PDU = 8; // u32, address of the PDU's first byte; PDU + PDU_PAYLOAD is a multiple of 16
export const DESC_LENGTH = 12; // u32. Seal: payload bytes. Open: PDU bytes
export const DESC_NONCE = 16; // 13 bytes, and 3 zero
export const DESC_PN = 32; // u32, without the direction bit
export const DESC_STATUS = 36; // u8, STATUS_*
export const DESC_EKS = 37; // u8
export const DESC_CID = 38; // u16
export const DESC_KEY = 40; // u32, address of the 16 key bytes, resolved by the core before CCM
export const DESC_BODY = 44; // u32, address of the first payload byte (encrypted in place; 8 ICV bytes follow it)
export const DESC_BODY_LENGTH = 48; // u32, payload bytes
export const DESC_RESULT_LENGTH = 52; // u32: seal: PDU bytes; open: payload bytes
export const DESC_CIPHER = 56; // u8, CIPHER_*. A cipher's batch takes the packets of that cipher whose status is STATUS_OK

// 802.16 MAC PDU, facts of the standard
export const GMH_SIZE = 6; // generic MAC header
export const PN_SIZE = 4;
export const ICV_SIZE = 8;
export const CRC_SIZE = 4;
export const ROC_SIZE = 1; // MBS: rollover counter in place of PN
export const PDU_PAYLOAD = 10; // GMH_SIZE + PN_SIZE
export const PDU_MAX = 2047; // LEN is 11 bits
export const PN_LIMIT = 0x7fffffff; // first PN that is never used
export const PN_UPLINK = 0x80000000; // XORed into an uplink PN (on the air and in the nonce)

export const CRC_NONE = 0;
export const CRC_MSB = 1;
export const CRC_REFLECTED = 2;

export const STATUS_OK = 0;
export const STATUS_EMPTY = 1;
export const STATUS_TOO_LONG = 2;
export const STATUS_KEY_ERASED = 3;
export const STATUS_LEASE = 4;
export const STATUS_LIMIT = 5;
export const STATUS_HEADER = 6;
export const STATUS_HCS = 7;
export const STATUS_LEN = 8;
export const STATUS_CLEARTEXT = 9;
export const STATUS_CID = 10;
export const STATUS_EKS = 11;
export const STATUS_CI = 12;
export const STATUS_CRC = 13;
export const STATUS_DIRECTION = 14;
export const STATUS_PN = 15;
export const STATUS_ICV = 16;
export const STATUS_REPLAY = 17;
export const STATUS_LENT = 18; // on loan: its borrower seals and opens
