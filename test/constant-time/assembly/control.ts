// Deliberate leaks, each of which the check must flag, and beside them the same done right, which it must not.
// Two secrets of 16 bytes stand at `secrets`.

const SECRETS: usize = memory.data(32, 16);
const TABLE: usize = memory.data(256, 16);

export function secrets(): usize {
  return SECRETS;
}

/** An address that depends on a secret. */
export function leakByAddress(): u32 {
  return load<u8>(TABLE + load<u8>(SECRETS));
}

/** A branch that does: comparison with an early exit. */
export function leakByBranch(): u32 {
  for (let i: usize = 0; i < 16; i++) if (load<u8>(SECRETS + i) !== load<u8>(SECRETS + 16 + i)) return 0;
  return 1;
}

/** A select that does. */
export function leakBySelect(): u32 {
  return select<u32>(0x87, 0x1b, (load<u8>(SECRETS) & 0x80) !== 0);
}

/** A number of rounds that does. */
export function leakByCount(): u32 {
  let sum: u32 = 0;
  for (let n: u32 = load<u8>(SECRETS) & 7; n > 0; n--) sum += load<u8>(TABLE + n);
  return sum;
}

/** Looks at the whole table and keeps what it wants by a mask. */
export function sameByMask(): u32 {
  const wanted: u32 = load<u8>(SECRETS);
  let found: u32 = 0;
  for (let i: u32 = 0; i < 256; i++) found |= <u32>load<u8>(TABLE + i) & (0 - (((i ^ wanted) - 1) >> 31));
  return found;
}

/** Comparison without an early exit. */
export function sameByOr(): u32 {
  let diff: u32 = 0;
  for (let i: usize = 0; i < 16; i++) diff |= load<u8>(SECRETS + i) ^ load<u8>(SECRETS + 16 + i);
  return (diff - 1) >> 31;
}
