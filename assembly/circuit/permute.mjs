// AES-128 of single blocks, for what comes alone: SubBytes by look-ups in tables of sixteen bytes that stand in registers (tower.mjs). The
// index of a look-up is secret, but it is an instruction's operand: no address depends on it.
//
// The state is in tower.mjs's code from the first round key on, byte p in byte p (row p % 4, column p / 4), and so are round keys 0..9;
// the last round yields bytes. 0x63 is folded into keys 1..10. `keys`: 11 round keys, 16 bytes each. Decryption has a code of its own, and
// takes the same keys.
import { fn } from './emit.mjs';
import { bytes, inTurn, lastWordRotated, rotateInRound, secondColumnOn, shiftRows, ZERO } from './linear.mjs';
import { CONSTANT } from './sbox.mjs';
import {
  codeToOrigin,
  doubled,
  encode,
  first,
  fourfold,
  fromCode,
  inverses,
  last,
  restored,
  shares,
  substituted,
  times,
  toCode,
  toOrigin,
  twofold,
} from './tower.mjs';

const BLOCK = 16;
const ROUNDS = 10;

/** What every function has at hand throughout. */
const tables = (e) => ({ low: e.table(Array(16).fill(15)), inverses: e.table(inverses), shares: e.table(shares) });

/** A pair of tables, read where it is used: not all of them fit into registers side by side. */
const pair = (e, { first, second }) => [e.table(first), e.table(second)];
const look = (e, [first, second], [a, b]) => e.xor(e.lookup(first, a), e.lookup(second, b));

const nibbles = (e, at, x) => [e.and(x, at.low), e.and(e.right(x, 4), at.low)];

/** A linear map of bytes, by their nibbles. */
const mapped = (e, at, tables, x) => look(e, pair(e, tables), nibbles(e, at, x));

/** io and jo of tower.mjs. */
function inverted(e, at, x) {
  const [k, i] = nibbles(e, at, x);
  const j = e.xor(i, k);
  const share = e.lookup(at.shares, k);
  const u = e.xor(e.lookup(at.inverses, i), share);
  const v = e.xor(e.lookup(at.inverses, j), share);
  return [e.xor(e.lookup(at.inverses, u), j), e.xor(e.lookup(at.inverses, v), i)];
}

/** Row r + by of each column to row r. */
const rotated = (by) => rotateInRound(by, 0);

/** The permutation `before` and MixColumns of a, given 2a too: with s = 2a ^ rot1(a), s ^ rot1(s) ^ rot3(a) is 2a ^ 3·rot1(a) ^ rot2(a) ^ rot3(a). */
function mixed(e, before, once, twice, key) {
  const [one, three] = [1, 3].map((by) => e.permute(once, inTurn(before, rotated(by))));
  const sum = e.xor(e.permute(twice, before), one);
  return e.xor(e.xor(sum, key ? e.xor(three, key) : three), e.permute(sum, rotated(1)));
}

/** Encrypts the blocks in `states`, side by side, then does what `end` says, which leaves the loop. */
function encrypt(e, at, states, end) {
  const { text } = e;
  const entry = pair(e, toCode);
  const whitening = e.load('keys');
  for (const state of states) e.assign(state, e.xor(look(e, entry, nibbles(e, at, state)), whitening));
  text.line(`let round = keys + ${BLOCK};`);
  text.line('while (true) {');
  const key = e.load('round');
  const substitutions = states.map((state) => inverted(e, at, state));
  text.line(`if (round == keys + ${ROUNDS * BLOCK}) {`);
  const exit = pair(e, last);
  for (const [n, state] of states.entries())
    e.assign(state, e.xor(e.permute(look(e, exit, substitutions[n]), shiftRows(1)), key));
  end();
  text.line('}');
  const [once, twice] = [pair(e, substituted), pair(e, doubled)];
  for (const [n, state] of states.entries())
    e.assign(state, mixed(e, shiftRows(1), look(e, once, substitutions[n]), look(e, twice, substitutions[n]), key));
  text.line(`round += ${BLOCK};`);
  text.line('}');
}

const encryptOne = (backEnd) =>
  fn(
    backEnd,
    'encryptOne',
    'keys: usize, from: usize, added: usize, to: usize',
    'The sum of two blocks; `to` may be either.',
    (e) => {
      const state = e.variable(e.xor(e.load('from'), e.load('added')));
      encrypt(e, tables(e), [state], () => {
        e.store('to', 0, state);
        e.text.line('return;');
      });
    },
  );

const decryptOne = (backEnd) =>
  fn(backEnd, 'decryptOne', 'keys: usize, from: usize, to: usize', 'The inverse of `encryptOne`.', (e) => {
    const { text } = e;
    const at = tables(e);
    const state = e.variable(mapped(e, at, toOrigin, e.xor(e.load('from'), e.load('keys', ROUNDS * BLOCK))));
    text.line(`let round = keys + ${(ROUNDS - 1) * BLOCK};`);
    text.line('while (true) {');
    const key = e.load('round');
    const substitution = inverted(e, at, e.permute(state, shiftRows(3)));
    text.line('if (round == keys) {');
    e.store('to', 0, e.xor(look(e, pair(e, first), substitution), mapped(e, at, fromCode, key)));
    text.line('return;');
    text.line('}');
    // InvMixColumns is MixColumns after a ^ 4(a ^ rot2(a)).
    const keyed = e.xor(look(e, pair(e, restored), substitution), mapped(e, at, codeToOrigin, key));
    const sum = e.xor(keyed, e.permute(keyed, rotated(2)));
    const prepared = e.xor(keyed, mapped(e, at, fourfold, sum));
    e.assign(state, mixed(e, shiftRows(0), prepared, mapped(e, at, twofold, prepared)));
    text.line(`round -= ${BLOCK};`);
    text.line('}');
  });

const cryptOne = (backEnd) =>
  fn(
    backEnd,
    'cryptOne',
    'keys: usize, state: usize, first: usize, packet: usize, within: usize, block: i32, end: i32, all: i32, open: bool',
    'CCM of one packet, in place: blocks `block`..`end`-1 of `all`. `state`: MAC and key stream; `first`: counter block 0; `within`: a mask of 16 bytes, which keeps what is not past the end. The key stream is one block ahead; after the last block it is that of counter 0.',
    (e) => {
      const { text } = e;
      const at = tables(e);
      const opening = e.mask('u32(open)');
      const [mac, stream] = [0, BLOCK].map((from) => e.variable(e.load('state', from)));
      text.line('while (block < end) {');
      const before = e.load('packet');
      const keyed = e.and(stream, e.load('within'));
      e.store('packet', 0, e.xor(before, keyed));
      e.assign(mac, e.xor(mac, e.xor(before, e.and(keyed, opening))));
      text.line(`packet += ${BLOCK};`);
      text.line('block++;');
      e.assign(stream, e.lastByte(e.load('first'), 'block < all ? block + 1 : 0'));
      encrypt(e, at, [mac, stream], () => text.line('break;'));
      text.line('}');
      e.store('state', 0, mac);
      e.store('state', BLOCK, stream);
    },
  );

// As `expand` of cipher.mjs, with one key. The round constants stand one after the other in a block that moves on by a byte a round.
const rcon = Array.from({ length: ROUNDS }, (_, n) => Array(n).fill(2).reduce(times, 1));
const firstRows = bytes((_, row) => (row === 0 ? 0 : ZERO));
const byteOn = bytes((p) => (p < 15 ? p + 1 : ZERO));

const expandOne = (backEnd) =>
  fn(backEnd, 'expandOne', 'key: usize, keys: usize', 'Round keys of the raw key at `key`.', (e) => {
    const { text } = e;
    const at = tables(e);
    const constants = e.variable(e.table(bytes((p) => encode(rcon[p] ?? 0))));
    const words = e.variable(mapped(e, at, toCode, e.load('key')));
    e.store('keys', 0, words);
    text.line('let round = keys;');
    text.line('while (true) {');
    text.line(`round += ${BLOCK};`);
    const word = look(e, pair(e, substituted), inverted(e, at, e.permute(words, lastWordRotated)));
    const pairs = e.xor(words, e.left(words, 32));
    const sums = e.xor(pairs, e.permute(pairs, secondColumnOn));
    const folded = e.xor(sums, e.xor(word, e.permute(constants, firstRows)));
    text.line(`if (round == keys + ${ROUNDS * BLOCK}) {`);
    e.store('round', 0, mapped(e, at, fromCode, folded));
    text.line('return;');
    text.line('}');
    e.store('round', 0, folded);
    e.assign(words, e.xor(folded, e.table(Array(16).fill(encode(CONSTANT)))));
    e.assign(constants, e.permute(constants, byteOn));
    text.line('}');
  });

export const permute = [expandOne, encryptOne, decryptOne, cryptOne];
