// CCM out of CBC and CTR (SP 800-38C §6.1), for libraries that have those two and not CCM.
// Flags: no associated data, M = 8, L = 2 (RFC 3610 §2.2).

/** B_0, then the payload padded with zeros: its CBC under a zero IV ends in the MAC. */
export function macInput(nonce: Uint8Array, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = new Uint8Array(16 + ((payload.length + 15) & ~15));
  blocks[0] = 0x19;
  blocks.set(nonce, 1);
  blocks[14] = payload.length >> 8;
  blocks[15] = payload.length & 0xff;
  blocks.set(payload, 16);
  return blocks;
}

/** A_0, the first counter block. */
export function firstCounter(nonce: Uint8Array): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(16);
  block[0] = 0x01;
  block.set(nonce, 1);
  return block;
}

/** The MAC before the payload: one CTR run from A_0 encrypts both. */
export function macThenPayload(mac: Uint8Array, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(16 + payload.length);
  both.set(mac);
  both.set(payload, 16);
  return both;
}

/** From that run's output: ciphertext, then 8 bytes ICV. */
export function sealedOf(encrypted: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(encrypted.length - 8);
  sealed.set(encrypted.subarray(16));
  sealed.set(encrypted.subarray(0, 8), encrypted.length - 16);
  return sealed;
}
