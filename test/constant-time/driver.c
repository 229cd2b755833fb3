/* The core with its secrets marked undefined, under valgrind, which follows what is computed from them and reports every condition and
 * every address that depends on one. Each scenario prints "name: errors"; the controls, which leak, must have some, and the others none.
 *
 * What is secret: key bytes, entropy, the payloads that are sealed, messages and what is computed of all these. What is public: lengths,
 * handles, PNs, headers, and ciphertext once it has left (`sent`). What the core itself makes public stands in its source: Declassify. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "core.h"
#include "layout.h"
#include "public.h"

static Z_core_instance_t home, abroad, *core = &home;
static Z_control_instance_t control;
static u32 io, slots, descs, arena;

#define CORE(name, ...) Z_coreZ_##name(core, ##__VA_ARGS__)

static u8 *at(u32 address) { return Z_coreZ_memory(core)->data + address; }

/* ---- secrets ---- */

struct Z_declassify_instance_t {
  int none;
};

u64 Z_declassifyZ_value(struct Z_declassify_instance_t *_, u64 value) {
  VALGRIND_MAKE_MEM_DEFINED(&value, sizeof value);
  return value;
}

void Z_declassifyZ_bytes(struct Z_declassify_instance_t *_, u32 address, u32 length) {
  VALGRIND_MAKE_MEM_DEFINED(at(address), length);
}

static void secret(u32 address, u32 length) { VALGRIND_MAKE_MEM_UNDEFINED(at(address), length); }

/* It has left the core: everybody may know it. */
static void sent(u32 address, u32 length) { VALGRIND_MAKE_MEM_DEFINED(at(address), length); }

static int isSecret(u32 address, u32 length) {
  u8 bits[4096];
  VALGRIND_GET_VBITS(at(address), bits, length);
  for (u32 i = 0; i < length; i++)
    if (bits[i] != 0xff) return 0;
  return 1;
}

/* ---- scenarios ---- */

static const char *scenario;
static unsigned errorsBefore;
static int failures;

static void end(void) {
  if (scenario) printf("%s: %u\n", scenario, VALGRIND_COUNT_ERRORS - errorsBefore);
  fflush(stdout);
}

static void begin(const char *name) {
  end();
  scenario = name;
  errorsBefore = VALGRIND_COUNT_ERRORS;
}

/* A scenario that took another way than it should have shows nothing. */
static void expect(int right, const char *what) {
  if (right) return;
  printf("failed: %s: %s\n", scenario, what);
  failures++;
}
#define EXPECT(condition) expect(PUBLIC(condition), #condition)

static u32 seed = 802;
static u8 byte(void) { return (u8)((seed = seed * 1664525 + 1013904223) >> 24); }

static void fill(u32 address, u32 length) {
  for (u32 i = 0; i < length; i++) *at(address + i) = byte();
}

static u32 word(u32 address) {
  u32 value;
  memcpy(&value, at(address), 4);
  return value;
}

static void set(u32 address, u32 value) { memcpy(at(address), &value, 4); }

typedef struct {
  u32 slot, generation;
} Key;

static Key born(void) {
  return (Key){word(io + IO_BIRTH + BIRTH_SLOT), word(io + IO_BIRTH + BIRTH_GENERATION)};
}

static u32 bytesOf(Key key) { return slots + key.slot * SLOT_SIZE + SLOT_KEY; }

/* Every key of a live slot is secret, however it came there. */
static Key kept(Key key, u32 length) {
  EXPECT(isSecret(bytesOf(key), length));
  secret(bytesOf(key), length);
  return key;
}

static void birth(u8 use, u8 cipher, u16 said, u32 owner) {
  u32 b = io + IO_BIRTH;
  memset(at(b), 0, 64);
  *at(b + BIRTH_USE) = use;
  *at(b + BIRTH_CIPHER) = cipher;
  memcpy(at(b + BIRTH_SAID), &said, 2);
  set(b + BIRTH_OWNER, owner);
  set(b + BIRTH_FIRST_PN, 1);
  set(b + BIRTH_LEASE, PN_LIMIT);
  set(b + BIRTH_WINDOW, 1024);
  memset(at(b + BIRTH_BYTE_LIMIT), 0xff, 8);
}

/* `n`: which of the fixed raw keys. Its bytes are secret before the core sees them. */
static u32 put(int n, u8 use, u8 cipher, u16 said, u32 owner) {
  birth(use, cipher, said, owner);
  for (u32 i = 0; i < 20; i++) *at(io + IO_DATA + i) = (u8)(16 * n + 7 * i + n);
  secret(io + IO_DATA, 20);
  return CORE(vaultPut);
}

static Key other(int n, u8 use) {
  EXPECT(put(n, use, 0, 0, 1) == VAULT_NEW);
  return kept(born(), use == USE_MAC ? 20 : 16);
}

static Key tek(int n, u8 use, u8 cipher, u16 said) {
  EXPECT(put(n, use, cipher, said, 1) == VAULT_NEW);
  return kept(born(), 16);
}

/* ---- PDUs ---- */

#define ROOM 2112
#define BATCH 32

static u32 pdu(int i) { return arena + i * ROOM + 6; } /* its payload is on 16 bytes */
static u32 desc(int i) { return descs + i * DESC_SIZE; }
static u8 status(int i) { return *at(desc(i) + DESC_STATUS); }

static void describe(int i, Key key, u32 start, u32 length) {
  u16 cid = 0x205;
  memset(at(desc(i)), 0, DESC_SIZE);
  set(desc(i) + DESC_SLOT, key.slot);
  set(desc(i) + DESC_GENERATION, key.generation);
  set(desc(i) + DESC_PDU, start);
  set(desc(i) + DESC_LENGTH, length);
  memcpy(at(desc(i) + DESC_CID), &cid, 2);
}

static void sealAndOpen(const char *name, int n, u32 crc, u8 cipher) {
  static int said = 100;
  static const u32 lengths[] = {1, 15, 16, 17, 64, 100, 31, 1500, 8, 33, 48, 2};
  Key sealing[3], opening[3];
  u32 starts[BATCH], sizes[BATCH];
  begin(name);
  for (int k = 0; k < 3; k++, said++) {
    sealing[k] = tek(said, USE_SEAL_DOWN, cipher, said);
    opening[k] = tek(said, USE_OPEN_DOWN, cipher, said);
  }
  for (int i = 0; i < n; i++) {
    u32 length = lengths[(i * 5 + n) % 12];
    describe(i, sealing[i % 3], pdu(i), length);
    fill(pdu(i), ROOM - 16);
    secret(pdu(i) + PDU_PAYLOAD, length);
  }
  EXPECT(CORE(sealBatch, descs, n, crc, 1000.0) == n);
  for (int i = 0; i < n; i++) {
    EXPECT(status(i) == STATUS_OK);
    starts[i] = word(desc(i) + DESC_PDU);
    sizes[i] = word(desc(i) + DESC_RESULT_LENGTH);
    EXPECT(crc != CRC_NONE || isSecret(word(desc(i) + DESC_BODY), word(desc(i) + DESC_BODY_LENGTH)));
    sent(starts[i], sizes[i]);
  }
  /* Opened with every fourth ICV wrong (MBS has none), then again: replayed. */
  u8 *copy = malloc(BATCH * ROOM);
  for (int i = 3; i < n && crc == CRC_NONE; i += 4) *at(starts[i] + sizes[i] - 1) ^= 1;
  memcpy(copy, at(arena), BATCH * ROOM);
  for (int again = 0; again < 2; again++) {
    u32 good = 0;
    memcpy(at(arena), copy, BATCH * ROOM);
    for (int i = 0; i < n; i++) describe(i, opening[i % 3], starts[i], sizes[i]);
    for (int i = 0; i < n && cipher == CIPHER_MBS; i++) set(desc(i) + DESC_PN, i / 3 + 1);
    u32 accepted = CORE(openBatch, descs, n, crc, 2000.0);
    for (int i = 0; i < n; i++) {
      u8 wrong = crc == CRC_NONE && i % 4 == 3;
      u8 right = cipher == CIPHER_MBS ? STATUS_OK : wrong ? STATUS_ICV : again ? STATUS_REPLAY : STATUS_OK;
      EXPECT(status(i) == right);
      if (status(i) != STATUS_OK) continue;
      good++;
      EXPECT(isSecret(word(desc(i) + DESC_BODY), word(desc(i) + DESC_BODY_LENGTH)));
    }
    EXPECT(accepted == good);
  }
  free(copy);
}

/* ---- the vault ---- */

static void vault(void) {
  begin("seed, reseed, random");
  fill(io + IO_DATA, 48);
  secret(io + IO_DATA, 48);
  CORE(vaultSeed);
  secret(io + IO_DATA, 32);
  CORE(vaultReseed);
  secret(io + IO_DATA, 32);
  EXPECT(CORE(vaultRandom, 32, 200) == VAULT_DONE);
  EXPECT(isSecret(io + IO_DATA + 32, 200));

  begin("generate");
  for (int i = 0; i < 2; i++) {
    birth(USE_SEAL_DOWN, CIPHER_CCM, 1 + i, 1);
    fill(io + IO_DATA, 61);
    secret(io + IO_DATA, 32);
    EXPECT(CORE(vaultGenerate, 61) == VAULT_NEW);
    kept(born(), 16);
  }

  begin("put: new, live, resumed, in use");
  Key key = tek(1, USE_SEAL_DOWN, CIPHER_CCM, 3);
  EXPECT(put(1, USE_SEAL_DOWN, CIPHER_CCM, 3, 1) == VAULT_LIVE);
  EXPECT(put(1, USE_SEAL_DOWN, CIPHER_CCM, 4, 1) == VAULT_IN_USE);
  EXPECT(CORE(vaultErase, key.slot, key.generation) == VAULT_DONE);
  EXPECT(put(1, USE_SEAL_DOWN, CIPHER_CCM, 3, 1) == VAULT_RESUMED);
  key = kept(born(), 16);
  other(2, USE_KEK_ECB);
  EXPECT(put(2, USE_SEAL_UP, CIPHER_CCM, 3, 9) == VAULT_NEW);
  CORE(vaultForget, 9);

  begin("twin, same");
  birth(USE_OPEN_UP, CIPHER_CCM, 3, 1);
  EXPECT(CORE(vaultTwin, key.slot, key.generation) == VAULT_NEW);
  Key twin = kept(born(), 16);
  EXPECT(CORE(vaultSame, key.slot, key.generation, twin.slot, twin.generation) == VAULT_DONE);
  Key stranger = other(3, USE_KEK_ECB);
  EXPECT(CORE(vaultSame, key.slot, key.generation, stranger.slot, stranger.generation) == VAULT_INTEGRITY);

  Key mac;
  for (u8 use = USE_KEK_AESKW; use <= USE_KEK_ECB; use++) {
    begin(use == USE_KEK_AESKW ? "fromAk, wrap, unwrap: AES key wrap" : "fromAk, wrap, unwrap: AES-ECB");
    birth(use, 0, 0, 1);
    fill(io + IO_DATA, 20);
    secret(io + IO_DATA, 20);
    EXPECT(CORE(vaultFromAk) == VAULT_NEW);
    Key kek = {word(io + IO_OUT), word(io + IO_OUT + 4)};
    mac = (Key){word(io + IO_OUT + 8), word(io + IO_OUT + 12)};
    kept(kek, 16);
    kept(mac, 20);
    u32 length = use == USE_KEK_AESKW ? 24 : 16;
    u32 bulk = CORE(address, REGION_BULK);
    for (int i = 0; i < 9; i++) { // eight side by side, and one alone
      u32 pair[4] = {key.slot, key.generation, kek.slot, kek.generation};
      memcpy(at(bulk + i * PAIR_SIZE), pair, PAIR_SIZE);
    }
    EXPECT(CORE(vaultWrapMany, 9) == VAULT_DONE);
    for (int i = 0; i < 9; i++) {
      EXPECT(isSecret(bulk + BULK_WRAPPED + i * WRAPPED_SIZE, length));
      sent(bulk + BULK_WRAPPED + i * WRAPPED_SIZE, length);
    }
    memcpy(at(io + IO_DATA), at(bulk + BULK_WRAPPED), length);
    birth(USE_OPEN_DOWN, CIPHER_CCM, 50 + use, 1);
    EXPECT(CORE(vaultUnwrap, kek.slot, kek.generation) == VAULT_NEW);
    Key unwrapped = kept(born(), 16);
    EXPECT(CORE(vaultSame, key.slot, key.generation, unwrapped.slot, unwrapped.generation) == VAULT_DONE);
    *at(io + IO_DATA + 9) ^= 1;
    birth(USE_OPEN_DOWN, CIPHER_CCM, 60 + use, 1);
    u32 code = CORE(vaultUnwrap, kek.slot, kek.generation);
    EXPECT(code == (use == USE_KEK_AESKW ? VAULT_INTEGRITY : VAULT_NEW));
  }

  begin("hmac, verifyHmac");
  static const u32 messages[] = {0, 1, 55, 56, 64, 300};
  for (int i = 0; i < 6; i++) {
    fill(io + IO_DATA, messages[i]);
    EXPECT(CORE(vaultHmac, mac.slot, mac.generation, messages[i]) == VAULT_DONE);
    EXPECT(isSecret(io + IO_OUT, 20));
    sent(io + IO_OUT, 20);
    EXPECT(CORE(vaultVerifyHmac, mac.slot, mac.generation, messages[i]) == VAULT_DONE);
    *at(io + IO_OUT + 4 * (i % 5)) ^= 1;
    EXPECT(CORE(vaultVerifyHmac, mac.slot, mac.generation, messages[i]) == VAULT_INTEGRITY);
  }
}

static u32 note(u8 *copy) {
  u32 length = *at(io + IO_OUT) | *at(io + IO_OUT + 1) << 8;
  EXPECT(isSecret(io + IO_DATA, length));
  sent(io + IO_DATA, length);
  memcpy(copy, at(io + IO_DATA), length);
  return length;
}

/* From one vault to another and back, each note once with a wrong bit first. */
static void loans(void) {
  u8 copy[512];
  begin("lend, borrow, give back, settle, write off");
  Key kek = other(4, USE_KEK_AESKW);
  core = &abroad;
  Key kekAbroad = other(4, USE_KEK_AESKW);
  for (u8 use = USE_SEAL_DOWN; use <= USE_OPEN_DOWN; use += 2) {
    core = &home;
    Key key = tek(5 + use, use, CIPHER_CCM, 70 + use);
    EXPECT(CORE(loanLend, key.slot, key.generation, kek.slot, kek.generation, 1000) == VAULT_DONE);
    u32 length = note(copy);
    core = &abroad;
    for (int wrong = 1; wrong >= 0; wrong--) {
      birth(0, 0, 0, 2);
      memcpy(at(io + IO_DATA), copy, length);
      *at(io + IO_DATA + 30) ^= wrong;
      u32 code = CORE(loanBorrow, length, kekAbroad.slot, kekAbroad.generation);
      EXPECT(code == (wrong ? VAULT_INTEGRITY : VAULT_NEW));
    }
    Key lent = kept(born(), 16);
    EXPECT(CORE(loanGiveBack, lent.slot, lent.generation, kekAbroad.slot, kekAbroad.generation) == VAULT_DONE);
    length = note(copy);
    core = &home;
    for (int wrong = 1; wrong >= 0; wrong--) {
      memcpy(at(io + IO_DATA), copy, length);
      *at(io + IO_DATA + 30) ^= wrong;
      u32 code = CORE(loanSettle, key.slot, key.generation, kek.slot, kek.generation, length);
      EXPECT(code == (wrong ? VAULT_INTEGRITY : VAULT_DONE));
    }
    EXPECT(CORE(loanLend, key.slot, key.generation, kek.slot, kek.generation, 1000) == VAULT_DONE);
    EXPECT(CORE(loanWriteOff, key.slot, key.generation, 10) == VAULT_DONE);
  }
}

/* ---- one-shot modes ---- */

static void modes(void) {
  u32 key = arena, iv = arena + 64, aad = arena + 128, src = arena + 1024, dst = arena + 4096, tag = arena + 8192;
  fill(arena, 16384);
  secret(key, 48);
  secret(src, 2048);

  begin("ECB");
  CORE(hazmatEcbEncrypt, key, src, dst, 11);
  CORE(hazmatEcbDecrypt, key, dst, dst, 11);
  begin("CBC");
  CORE(hazmatCbcEncrypt, key, iv, src, dst, 11);
  CORE(hazmatCbcDecrypt, key, iv, dst, dst, 11);
  fill(iv, 16);
  begin("CTR");
  CORE(hazmatCtr, key, iv, src, dst, 171);
  fill(iv, 16);
  begin("CMAC");
  static const u32 lengths[] = {0, 1, 16, 17, 171};
  for (int i = 0; i < 5; i++) {
    memset(at(iv), 0, 16);
    CORE(hazmatCmac, key, iv, src, lengths[i], 1);
    EXPECT(isSecret(iv, 16));
  }
  sent(iv, 16);
  begin("CCM");
  for (int i = 0; i < 5; i++) {
    fill(iv, 16);
    CORE(hazmatCcmSeal, key, iv, aad, 4 * lengths[i], src, dst, lengths[i], tag, 8);
    EXPECT(isSecret(tag, 8));
    sent(tag, 8);
    sent(dst, lengths[i]);
    EXPECT(CORE(hazmatCcmOpen, key, iv, aad, 4 * lengths[i], dst, dst + 1024, lengths[i], tag, 8) == 1);
    *at(tag + 7) ^= 0x80;
    EXPECT(CORE(hazmatCcmOpen, key, iv, aad, 4 * lengths[i], dst, dst + 1024, lengths[i], tag, 8) == 0);
  }
  begin("key wrap");
  CORE(hazmatWrap, key, key + 16, dst, 24);
  EXPECT(isSecret(dst, 32));
  sent(dst, 32);
  EXPECT(CORE(hazmatUnwrap, key, dst, dst + 64, 24) == 1);
  *at(dst + 5) ^= 1;
  EXPECT(CORE(hazmatUnwrap, key, dst, dst + 64, 24) == 0);
  begin("key wrap of eight");
  for (int lane = 0; lane < 8; lane++) {
    set(aad + 4 * lane, key);
    set(aad + 32 + 4 * lane, key + 16);
    set(aad + 64 + 4 * lane, dst + 24 * lane);
  }
  CORE(hazmatWrap8, aad, aad + 32, aad + 64);
  EXPECT(isSecret(dst, 192));
}

static void oneShots(void) {
  begin("SHA-1, HMAC-SHA1, DRBG");
  for (int i = 0; i < 2; i++) {
    secret(io + IO_DATA, 200);
    CORE(sha1, 100);
    EXPECT(isSecret(io + IO_OUT, 20));
    CORE(hmacSha1, 20, 100);
    secret(io + IO_DATA, 200);
    CORE(drbgInstantiate, i, 32, i ? 16 : 0, 20);
    CORE(drbgReseed, i, 32, 20);
    EXPECT(CORE(drbgGenerate, i, 20, 150) == 1);
    EXPECT(isSecret(io + IO_DATA, 150));
  }
}

/* ---- what must be flagged, and what not ---- */

static void controls(void) {
  u32 (*const leaks[])(Z_control_instance_t *) = {Z_controlZ_leakByAddress, Z_controlZ_leakByBranch,
                                                  Z_controlZ_leakBySelect, Z_controlZ_leakByCount,
                                                  Z_controlZ_sameByMask, Z_controlZ_sameByOr};
  static const char *const names[] = {"control: leak by address", "control: leak by branch", "control: leak by select",
                                      "control: leak by count",   "same by mask",            "same by OR"};
  u8 *secrets = Z_controlZ_memory(&control)->data + Z_controlZ_secrets(&control);
  for (int i = 0; i < 6; i++) {
    begin(names[i]);
    VALGRIND_MAKE_MEM_UNDEFINED(secrets, 32);
    leaks[i](&control);
  }
}

int main(void) {
  struct Z_declassify_instance_t declassify = {0};
  if (!RUNNING_ON_VALGRIND) return 2;
  wasm_rt_init();
  Z_core_init_module();
  Z_control_init_module();
  Z_core_instantiate(&home, &declassify);
  Z_core_instantiate(&abroad, &declassify);
  Z_control_instantiate(&control);

  begin("init");
  for (core = &abroad;; core = &home) {
    EXPECT(CORE(init, 512, 256, 1024, 512, BATCH, BATCH * ROOM) == 1);
    if (core == &home) break;
  }
  io = CORE(address, REGION_IO);
  slots = CORE(address, REGION_SLOTS);
  descs = CORE(address, REGION_DESCRIPTORS);
  arena = CORE(address, REGION_ARENA);

  vault();
  loans();
  sealAndOpen("seal and open: 1 PDU", 1, CRC_NONE, CIPHER_CCM);
  sealAndOpen("seal and open: 4 PDUs", 4, CRC_NONE, CIPHER_CCM);
  sealAndOpen("seal and open: 7 PDUs", 7, CRC_NONE, CIPHER_CCM);
  sealAndOpen("seal and open: 29 PDUs", 29, CRC_NONE, CIPHER_CCM);
  sealAndOpen("seal and open: 13 PDUs, CRC", 13, CRC_MSB, CIPHER_CCM);
  sealAndOpen("seal and open: 13 PDUs, reflected CRC", 13, CRC_REFLECTED, CIPHER_CCM);
  sealAndOpen("seal and open: 13 PDUs of MBS", 13, CRC_NONE, CIPHER_MBS);
  sealAndOpen("seal and open: 13 PDUs of MBS, CRC", 13, CRC_MSB, CIPHER_MBS);
  modes();
  oneShots();
  controls();
  end();
  return failures != 0;
}
