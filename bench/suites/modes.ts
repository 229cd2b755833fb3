// Suite modes: the one-shot modes of tekcast/hazmat beside node:crypto, on 1,024 bytes (key wrap: one 16-byte key).
import { type CipherCCMTypes, createCipheriv } from 'node:crypto';
import { cbc, ccm, cmac, ctr, ecb, keywrap } from 'tekcast/hazmat';
import { bytes } from '../workload.js';
import type { Suite } from './run.js';

const CCM: CipherCCMTypes = 'aes-128-ccm';

export function modeSuites(): Suite[] {
  const key = bytes('key/0', 16);
  const iv = bytes('iv', 16);
  const nonce = iv.slice(0, 13);
  const data = bytes('payload', 1024);
  const tek = bytes('tek', 16);
  const node = (name: string, iv: Uint8Array | null, input: Uint8Array) => {
    const cipher = createCipheriv(name, key, iv).setAutoPadding(false);
    return Buffer.concat([cipher.update(input), cipher.final()]);
  };
  const nodeCcm = () => {
    const cipher = createCipheriv(CCM, key, nonce, { authTagLength: 8 });
    const ciphertext = cipher.update(data);
    cipher.final();
    return Buffer.concat([ciphertext, cipher.getAuthTag()]);
  };
  const pairs: [string, () => Uint8Array, (() => Uint8Array)?][] = [
    ['ecb', () => ecb.encrypt(key, data), () => node('aes-128-ecb', null, data)],
    ['cbc', () => cbc.encrypt(key, iv, data), () => node('aes-128-cbc', iv, data)],
    ['ctr', () => ctr(key, iv, data), () => node('aes-128-ctr', iv, data)],
    ['ccm', () => ccm.seal(key, nonce, data), nodeCcm],
    ['cmac', () => cmac(key, data)],
    ['key wrap', () => keywrap.wrap(key, tek), () => node('id-aes128-wrap', new Uint8Array(8).fill(0xa6), tek)],
  ];
  return pairs.map(([name, ours, theirs]) => {
    if (theirs !== undefined && Buffer.compare(ours(), theirs()) !== 0) throw new Error(`${name}: outputs differ`);
    const cases = [{ name: 'tekcast/hazmat', run: ours }];
    if (theirs !== undefined) cases.push({ name: 'node:crypto', run: theirs });
    return { name: `modes ${name}`, unit: name === 'key wrap' ? 'one key' : '1,024 bytes', cases };
  });
}
