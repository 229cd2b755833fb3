// node:crypto (OpenSSL, AES-NI), one cipher object a packet: the only way it has, each packet has its own key and nonce.
import { type CipherCCMTypes, createCipheriv, createSecretKey } from 'node:crypto';
import type { Workload } from '../workload.js';

const CCM: CipherCCMTypes = 'aes-128-ccm';

/** Seals with a prepared KeyObject; returns ciphertext and 8-byte ICV. */
export function nodeCcm(work: Workload) {
  const keys = work.keys.map((k) => createSecretKey(k));
  return (index: number, nonce: Uint8Array): { ciphertext: Uint8Array; icv: Uint8Array } => {
    const packet = work.packets[index] as Workload['packets'][number];
    const cipher = createCipheriv(CCM, keys[packet.key] as (typeof keys)[number], nonce, { authTagLength: 8 });
    const ciphertext = cipher.update(packet.payload);
    cipher.final();
    return { ciphertext, icv: cipher.getAuthTag() };
  };
}
