// asmcrypto.js: AES_CCM in asm.js, one call a packet.
import { type Contender, inTurn, type Job } from './types.js';

/** The part of `asmcrypto.js` in use. */
export interface AsmCrypto {
  AES_CCM: {
    encrypt(
      data: Uint8Array,
      key: Uint8Array,
      nonce: Uint8Array,
      associated: Uint8Array | undefined,
      tag: number,
    ): Uint8Array;
  };
}

export function asmCrypto({ AES_CCM }: AsmCrypto): Contender {
  return {
    id: 'asmcrypto',
    title: 'asmcrypto.js, AES_CCM.encrypt',
    seal(jobs) {
      const one = (i: number) => {
        const { key, nonce, payload } = jobs[i] as Job;
        return AES_CCM.encrypt(payload, key, nonce, undefined, 8);
      };
      return { name: 'asmcrypto.js', run: inTurn(jobs.length, 8, one), sealed: one };
    },
  };
}
