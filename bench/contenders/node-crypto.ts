// node:crypto (OpenSSL, AES-NI where there is any): one cipher object a packet, which is the only way it has, since every packet
// has its own key and nonce. Keys are prepared KeyObjects; results stay where it puts them.
import { type CipherCCMTypes, createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import type { Contestant } from '../sizing/paired.js';
import { type Contender, inTurn, type Job, perKey } from './types.js';

const CCM: CipherCCMTypes = 'aes-128-ccm';
const TAG = { authTagLength: 8 };
const PORTION = 64;

export const nodeCrypto: Contender = {
  id: 'node',
  title: `node:crypto (OpenSSL ${process.versions.openssl}), one cipher object a packet`,
  seal(jobs) {
    const keys = perKey(jobs, (key) => createSecretKey(key));
    const one = (i: number) => {
      const { nonce, payload } = jobs[i] as Job;
      const cipher = createCipheriv(CCM, keys[i] as KeyObject, nonce, TAG);
      const ciphertext = cipher.update(payload);
      cipher.final();
      return { ciphertext, icv: cipher.getAuthTag() };
    };
    return {
      name: 'node:crypto',
      run: inTurn(jobs.length, PORTION, one),
      sealed(i) {
        const { ciphertext, icv } = one(i);
        return Buffer.concat([ciphertext, icv]);
      },
    };
  },
};

/** Opens what `sealed` holds for each job (ciphertext, then 8 bytes ICV). */
export function nodeOpen(jobs: readonly Job[], sealed: readonly Uint8Array[]): Contestant {
  const keys = perKey(jobs, (key) => createSecretKey(key));
  return {
    name: 'node:crypto',
    run: inTurn(jobs.length, PORTION, (i) => {
      const pdu = sealed[i] as Uint8Array;
      const decipher = createDecipheriv(CCM, keys[i] as KeyObject, (jobs[i] as Job).nonce, TAG);
      decipher.setAuthTag(pdu.subarray(pdu.length - 8));
      decipher.update(pdu.subarray(0, pdu.length - 8));
      decipher.final(); // throws when the ICV is wrong
    }),
  };
}

/** AES-128-CTR from a 16-byte counter block, one cipher object a packet. */
export function nodeCtr(jobs: readonly Job[]): Contestant & { encrypted(job: number): Uint8Array } {
  const keys = perKey(jobs, (key) => createSecretKey(key));
  const one = (i: number) => {
    const { nonce, payload } = jobs[i] as Job;
    return createCipheriv('aes-128-ctr', keys[i] as KeyObject, nonce).update(payload);
  };
  return { name: 'node:crypto', run: inTurn(jobs.length, PORTION, one), encrypted: one };
}
