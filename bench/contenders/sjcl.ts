// sjcl: mode.ccm over its own bit arrays. It gets keys, nonces and payloads in that form beforehand: conversion is not timed.
import { type Contender, inTurn, perKey } from './types.js';

type Bits = number[];
interface Aes {
  encrypt(block: Bits): Bits;
}
/** The part of `sjcl` in use. */
export interface Sjcl {
  cipher: { aes: new (key: Bits) => Aes };
  mode: { ccm: { encrypt(aes: Aes, data: Bits, iv: Bits, associated: Bits, tagBits: number): Bits } };
  codec: { hex: { fromBits(bits: Bits): string; toBits(hex: string): Bits } };
}

const TAG_BITS = 64;

export function sjclCcm({ cipher, mode, codec }: Sjcl): Contender {
  const toBits = (bytes: Uint8Array) => codec.hex.toBits(Buffer.from(bytes).toString('hex'));
  return {
    id: 'sjcl',
    title: 'sjcl, mode.ccm over prepared bit arrays',
    seal(jobs) {
      const keys = perKey(jobs, (key) => new cipher.aes(toBits(key)));
      const known = new Map<Uint8Array, Bits>();
      const inputs = jobs.map(({ nonce, payload }, i) => {
        const data = known.get(payload) ?? toBits(payload);
        known.set(payload, data);
        return { key: keys[i] as Aes, nonce: toBits(nonce), data };
      });
      const one = (i: number) => {
        const { key, nonce, data } = inputs[i] as (typeof inputs)[number];
        return mode.ccm.encrypt(key, data, nonce, [], TAG_BITS);
      };
      return {
        name: 'sjcl',
        run: inTurn(jobs.length, 8, one),
        sealed: (i) => Buffer.from(codec.hex.fromBits(one(i)), 'hex'),
      };
    },
  };
}
