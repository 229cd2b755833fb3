// Record sizes and offsets in linear memory, imported by AssemblyScript and TypeScript alike.
// Dialect: `export const NAME = integer expression` only (asc inlines it, tsc and tsup read it as it stands).
//
// Linear memory, taken whole at instantiation and never grown:
//
//   0        static data and scratch (memory.data), then from __heap_base, each region aligned to 64:
//   slots        SLOT_SIZE  x slots        hot half of the vault: one cache line a key
//   cold         COLD_SIZE  x slots        what a packet does not need
//   tombstones   TOMB_SIZE  x tombstones   erased TEKs
//   windows      (WINDOW_BITMAP + replayWindow / 8) x windows
//   descriptors  DESC_SIZE  x packets
//   arena        arenaBytes                packets themselves

// A slot, hot: one 64-byte line.
//
//   0               16      20      24  25    26    27  28      32      36      40      48      56      60   62  64
//   | key           | tail  | gen   |use|state|ciph |eks| next  | lease | window| bytes | limit | pkts  |said|   |
export const SLOT_SIZE = 64;
export const SLOT_KEY = 0; // 16 bytes
export const SLOT_TAIL = 16; // mac: bytes 16..19 of the HMAC-SHA1 key. TEK: ms from first to last use, saturating
export const SLOT_GENERATION = 20; // u32
export const SLOT_USE = 24; // u8, USE_*
export const SLOT_STATE = 25; // u8, STATE_*
export const SLOT_CIPHER = 26; // u8, CIPHER_*
export const SLOT_EKS = 27; // u8, TEK sequence number mod 4
export const SLOT_NEXT_PN = 28; // u32. Sealing: next PN. MBS: next ROC(8) || frame number(24)
export const SLOT_LEASE = 32; // u32, first PN that may not be used
export const SLOT_WINDOW = 36; // u32, index of the first replay window (opening), NONE
export const SLOT_BYTES = 40; // u64
export const SLOT_BYTE_LIMIT = 48; // u64
export const SLOT_PACKETS = 56; // u32
export const SLOT_SAID = 60; // u16

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
export const USE_HAZMAT = 8;

export const CIPHER_CCM = 0;
export const CIPHER_MBS = 1;

// A packet of a batch. JS writes slot, generation, at, length, eks and cid; the core the rest.
//
//   0      4      8      12     16                    32     36  37  38   40     44     48     52            64
//   | slot | gen  | pdu  | len  | nonce (13) | pad(3) | pn   |st |eks|cid | key  | body | bytes|             |
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

// 802.16 MAC PDU, facts of the standard
export const GMH_SIZE = 6; // generic MAC header
export const PN_SIZE = 4;
export const ICV_SIZE = 8;
export const CRC_SIZE = 4;
export const PDU_PAYLOAD = 10; // GMH_SIZE + PN_SIZE
export const PDU_MAX = 2047; // LEN is 11 bits
export const PN_LIMIT = 0x7fffffff; // first PN that is never used
export const PN_UPLINK = 0x80000000; // XORed into an uplink PN (on the air and in the nonce)

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
