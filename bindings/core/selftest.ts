// One known answer per primitive, before anything else may work. Keys and answers are published ones, so nothing here is secret.
import {
  CIPHER_CCM,
  CIPHER_MBS,
  DESC_BODY,
  DESC_BODY_LENGTH,
  DESC_CIPHER,
  DESC_KEY,
  DESC_NONCE,
  DESC_SIZE,
  DESC_STATUS,
  IO_DATA,
  STATUS_ICV,
} from '../../assembly/layout.js';
import { TekcastError } from '../errors.js';
import type { Instance } from './instantiate.js';
import { VaultKeys } from './keys.js';
import { SaRows } from './table.js';
import { TrafficBatch } from './traffic.js';

const COUNTING = '000102030405060708090a0b0c0d0e0f';
const PLAIN = '00112233445566778899aabbccddeeff';
const NIST_KEY = '2b7e151628aed2a6abf7158809cf4f3c'; // SP 800-38A, SP 800-38B, RFC 4493
const NIST_PLAIN = '6bc1bee22e409f96e93d7e117393172a';

/** Where arguments stand in the io region. */
const KEY = 0;
const BLOCK = 32;
const SRC = 64;
const DST = 128;

/** A batch: eight bodies of up to 17 blocks, their ICVs behind them; their keys; their descriptors, aligned to 64. */
const LANES = 8;
const BODY = 288;
const KEYS = LANES * BODY;
const DESCRIPTORS = KEYS + LANES * 16 + 64;
const AREA = DESCRIPTORS + LANES * DESC_SIZE;

interface Answer {
  readonly name: string;
  readonly expected: string;
  run(core: Instance): string;
}

/** The example encrypted MAC PDU of 802.16 §7.5.1.2 with PN 0x2157F6BC, CRC-32 most significant bit first. */
const EXAMPLE = {
  tek: 'd50e18a844ac5bf38e4cd72d9b0942e5',
  cid: 0x06c4,
  pn: 0x2157f6bc,
  payload: '00010203',
  pdu: '40401a06c45abcf65721e75536c827a8d71b432ca5481bd1ba21',
};

const ANSWERS: readonly Answer[] = [
  {
    name: 'AES encryption', // FIPS 197 C.1
    expected: '69c4e0d86a7b0430d8cdb78070b4c55a',
    run: (c) => block(c, COUNTING, '', PLAIN, 16, (at) => c.exports.hazmatEcbEncrypt(at, at + SRC, at + DST, 1)),
  },
  {
    name: 'AES decryption',
    expected: PLAIN,
    run: (c) =>
      block(c, COUNTING, '', '69c4e0d86a7b0430d8cdb78070b4c55a', 16, (at) =>
        c.exports.hazmatEcbDecrypt(at, at + SRC, at + DST, 1),
      ),
  },
  {
    name: 'CBC', // SP 800-38A F.2.1
    expected: '7649abac8119b246cee98e9b12e9197d',
    run: (c) =>
      block(c, NIST_KEY, COUNTING, NIST_PLAIN, 16, (at) =>
        c.exports.hazmatCbcEncrypt(at, at + BLOCK, at + SRC, at + DST, 1),
      ),
  },
  {
    name: 'CTR', // SP 800-38A F.5.1
    expected: '874d6191b620e3261bef6864990db6ce',
    run: (c) =>
      block(c, NIST_KEY, 'f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff', NIST_PLAIN, 16, (at) =>
        c.exports.hazmatCtr(at, at + BLOCK, at + SRC, at + DST, 16),
      ),
  },
  {
    name: 'CMAC', // RFC 4493 example 2
    expected: '070a16b46b4d4144f79bdd9dd04a287c',
    run: (c) => {
      block(c, NIST_KEY, '00'.repeat(16), NIST_PLAIN, 16, (at) =>
        c.exports.hazmatCmac(at, at + BLOCK, at + SRC, 16, true),
      );
      return hex(c.data.subarray(BLOCK, BLOCK + 16));
    },
  },
  {
    name: 'AES key wrap', // RFC 3394 §4.1
    expected: '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5',
    run: (c) => block(c, COUNTING, '', PLAIN, 24, (at) => c.exports.hazmatWrap(at, at + SRC, at + DST, 16)),
  },
  {
    name: 'AES key unwrap',
    expected: PLAIN,
    run: (c) =>
      block(c, COUNTING, '', '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5', 16, (at) =>
        c.exports.hazmatUnwrap(at, at + SRC, at + DST, 16),
      ),
  },
  {
    name: 'SHA-1', // FIPS 180, "abc"
    expected: 'a9993e364706816aba3e25717850c26c9cd0d89d',
    run: (c) => {
      c.data.set(bytes('616263'));
      c.exports.sha1(3);
      return hex(c.out.subarray(0, 20));
    },
  },
  {
    name: 'HMAC-SHA1', // RFC 2202 case 2, "Jefe"
    expected: 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
    run: (c) => {
      c.data.set(bytes(`4a656665${hex(new TextEncoder().encode('what do ya want for nothing?'))}`));
      c.exports.hmacSha1(4, 28);
      return hex(c.out.subarray(0, 20));
    },
  },
  {
    name: 'CTR_DRBG', // entropy 00..1f, nonce 20..2f, derivation function; 32 bytes, the second time
    expected: '7e2f67fbd2f685c917aeaf4f055d1dd68fcd6789458414ae938832358c08078b',
    run: (c) => {
      for (let i = 0; i < 48; i++) c.data[i] = i;
      c.exports.drbgInstantiate(true, 32, 16, 0);
      for (let call = 0; call < 2; call++) c.exports.drbgGenerate(true, 0, 32);
      return hex(c.data.subarray(0, 32));
    },
  },
  { name: 'CCM seal', expected: EXAMPLE.pdu, run: (c) => example(c, 'seal-down') },
  { name: 'CCM open', expected: EXAMPLE.payload, run: (c) => example(c, 'open-down') },
  // What follows is of OpenSSL's making.
  {
    name: 'CCM batch',
    expected: '35ed1fe94d8e9b83e73ac8f34c1a86d86978f8b3 ...x.... bc1b36b0c84beaea64c9c7b6a8a86fbd1b2331d3',
    run: ccmBatch,
  },
  { name: 'MBS batch', expected: 'f26727637701874847f78de4547abff51eb387f5', run: mbsBatch },
];

/** One packet a lane, each of another key, nonce and length: sealed, then opened with one ICV wrong, whose body becomes zero. */
function ccmBatch(core: Instance): string {
  const descriptors = placeBatch(core, CIPHER_CCM);
  core.exports.hazmatBatchSeal(descriptors, LANES);
  const sealed = digest(core, KEYS);
  const wrong = 3;
  (core.data[wrong * BODY + lengthOf(wrong)] as number) ^= 1;
  core.exports.hazmatBatchOpen(descriptors, LANES);
  let verdicts = '';
  for (let lane = 0; lane < LANES; lane++)
    verdicts += core.u8[descriptors + lane * DESC_SIZE + DESC_STATUS] === STATUS_ICV ? 'x' : '.';
  return `${sealed} ${verdicts} ${digest(core, KEYS)}`;
}

function mbsBatch(core: Instance): string {
  core.exports.hazmatBatchCtr(placeBatch(core, CIPHER_MBS), LANES);
  return digest(core, KEYS);
}

/** 276, 239, 202 … 17 bytes. */
const lengthOf = (lane: number) => 276 - 37 * lane;

/** Byte i of body, key or nonce of a lane is i + 16 lane. Returns the descriptors' address. */
function placeBatch(core: Instance, cipher: number): number {
  const at = core.io + IO_DATA;
  const descriptors = at + DESCRIPTORS;
  core.data.fill(0, 0, AREA);
  for (let lane = 0; lane < LANES; lane++) {
    const d = descriptors + lane * DESC_SIZE;
    const counting = (from: number, length: number) => {
      for (let i = 0; i < length; i++) core.u8[from + i] = i + 16 * lane;
    };
    counting(at + lane * BODY, lengthOf(lane));
    counting(at + KEYS + lane * 16, 16);
    counting(d + DESC_NONCE, 13);
    core.u8[d + DESC_CIPHER] = cipher;
    core.u32[(d + DESC_KEY) / 4] = at + KEYS + lane * 16;
    core.u32[(d + DESC_BODY) / 4] = at + lane * BODY;
    core.u32[(d + DESC_BODY_LENGTH) / 4] = lengthOf(lane);
  }
  return descriptors;
}

/** SHA-1 of the first `length` bytes of the data. */
function digest(core: Instance, length: number): string {
  core.exports.sha1(length);
  return hex(core.out.subarray(0, 20));
}

/** Checks every answer; returns the primitives' names. Throws `SELF_TEST` naming the first that is wrong. */
export function selfTest(core: Instance): string[] {
  for (const { name, expected, run } of ANSWERS)
    if (outcome(core, run) !== expected)
      throw new TekcastError('SELF_TEST', `known answer of ${name} is wrong: nothing may work`, name);
  core.data.fill(0, 0, AREA);
  core.out.fill(0);
  return ANSWERS.map((a) => a.name);
}

/** A trap is a wrong answer too. */
function outcome(core: Instance, run: Answer['run']): string {
  try {
    return run(core);
  } catch {
    return '';
  }
}

/** Key, second block and source in place; `length` bytes of what `run` put at DST. */
function block(
  core: Instance,
  key: string,
  second: string,
  source: string,
  length: number,
  run: (at: number) => void,
): string {
  core.data.set(bytes(key), KEY);
  core.data.set(bytes(second), BLOCK);
  core.data.set(bytes(source), SRC);
  run(core.io + IO_DATA);
  return hex(core.data.subarray(DST, DST + length));
}

/** The example PDU on the way every packet takes, under an owner that is forgotten again. */
function example(core: Instance, use: 'seal-down' | 'open-down'): string {
  const keys = new VaultKeys(core);
  const birth = { use, owner: 0, said: 0, sequence: 0 };
  const { key } = keys.put(bytes(EXAMPLE.tek), use === 'seal-down' ? { ...birth, firstPn: EXAMPLE.pn } : birth);
  const place = { descriptors: core.descriptors, packets: 1, arena: core.arena, bytes: 256, release: () => {} };
  const batch = new TrafficBatch(core, place, 'msb', new SaRows(core.id, 0));
  const sa = { key, eks: 0, cid: EXAMPLE.cid };
  if (use === 'seal-down') {
    batch.addPayload(sa, bytes(EXAMPLE.payload));
    batch.seal();
  } else {
    batch.addPdu(sa, bytes(EXAMPLE.pdu));
    batch.open();
  }
  const result = batch.code(0) === '' ? hex(batch.arena.subarray(batch.start(0), batch.end(0))) : batch.code(0);
  batch.clear();
  keys.forget(0);
  return result;
}

function bytes(text: string): Uint8Array {
  const data = new Uint8Array(text.length / 2);
  for (let i = 0; i < data.length; i++) data[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return data;
}

function hex(data: Uint8Array): string {
  let text = '';
  for (const b of data) text += b.toString(16).padStart(2, '0');
  return text;
}
