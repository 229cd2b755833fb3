// @noble/ciphers has no CCM: composed of its CBC and CTR.
import { firstCounter, macInput, macThenPayload, sealedOf } from './compose.js';
import { type Contender, inTurn, type Job } from './types.js';

interface Cipher {
  encrypt(data: Uint8Array): Uint8Array;
}
/** The part of `@noble/ciphers/aes.js` in use. */
export interface NobleAes {
  cbc(key: Uint8Array, iv: Uint8Array, options: { disablePadding: boolean }): Cipher;
  ctr(key: Uint8Array, counter: Uint8Array): Cipher;
}

const ZERO_IV = new Uint8Array(16);

export function noble(aes: NobleAes): Contender {
  return {
    id: 'noble',
    title: '@noble/ciphers, CCM composed of cbc and ctr',
    seal(jobs) {
      const one = (i: number) => {
        const { key, nonce, payload } = jobs[i] as Job;
        const chain = aes.cbc(key, ZERO_IV, { disablePadding: true }).encrypt(macInput(nonce, payload));
        const mac = chain.subarray(chain.length - 16);
        return aes.ctr(key, firstCounter(nonce)).encrypt(macThenPayload(mac, payload));
      };
      return { name: '@noble/ciphers', run: inTurn(jobs.length, 8, one), sealed: (i) => sealedOf(one(i)) };
    },
  };
}
