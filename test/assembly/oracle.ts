// What node:crypto says: the other opinion in the differential tests.
import { createCipheriv, createDecipheriv } from 'node:crypto';

const KW_IV = Buffer.alloc(8, 0xa6);

function run(algorithm: string, decrypt: boolean, key: Uint8Array, iv: Uint8Array | null, data: Uint8Array): Buffer {
  const cipher = (decrypt ? createDecipheriv : createCipheriv)(algorithm, key, iv);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

export const oracle = {
  ecbEncrypt: (key: Uint8Array, data: Uint8Array) => run('aes-128-ecb', false, key, null, data),
  ecbDecrypt: (key: Uint8Array, data: Uint8Array) => run('aes-128-ecb', true, key, null, data),
  cbcEncrypt: (key: Uint8Array, iv: Uint8Array, data: Uint8Array) => run('aes-128-cbc', false, key, iv, data),
  cbcDecrypt: (key: Uint8Array, iv: Uint8Array, data: Uint8Array) => run('aes-128-cbc', true, key, iv, data),
  ctr: (key: Uint8Array, counter: Uint8Array, data: Uint8Array) => run('aes-128-ctr', false, key, counter, data),
  wrap: (kek: Uint8Array, data: Uint8Array) => run('id-aes128-wrap', false, kek, KW_IV, data),

  /** SP 800-38B out of CBC: node:crypto has no CMAC. */
  cmac(key: Uint8Array, message: Uint8Array): Buffer {
    const double = (block: Buffer) => {
      const shifted =
        ((BigInt(`0x${block.toString('hex')}`) << 1n) & ((1n << 128n) - 1n)) ^ (block.readUInt8() & 0x80 ? 0x87n : 0n);
      return Buffer.from(shifted.toString(16).padStart(32, '0'), 'hex');
    };
    const whole = message.length > 0 && message.length % 16 === 0;
    const k1 = double(run('aes-128-ecb', false, key, null, new Uint8Array(16)));
    const subkey = whole ? k1 : double(k1);
    const padded = Buffer.alloc(whole ? message.length : (Math.floor(message.length / 16) + 1) * 16);
    padded.set(message);
    if (!whole) padded[message.length] = 0x80;
    const last = padded.length - 16;
    for (let i = 0; i < 16; i++) padded[last + i] = (padded[last + i] as number) ^ (subkey[i] as number);
    return run('aes-128-cbc', false, key, new Uint8Array(16), padded).subarray(-16);
  },

  /** Ciphertext, then the tag. */
  ccmSeal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array, tagLength: number): Buffer {
    const cipher = createCipheriv('aes-128-ccm', key, nonce, { authTagLength: tagLength });
    cipher.setAAD(aad, { plaintextLength: plaintext.length });
    const ciphertext = cipher.update(plaintext);
    cipher.final();
    return Buffer.concat([ciphertext, cipher.getAuthTag()]);
  },
};
