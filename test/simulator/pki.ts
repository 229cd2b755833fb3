// What hosts answer to the work of an authorization. Real hosts do RSA there (tekcast/pki); here certificates are names, ciphertext is the AK
// under a mask and signatures are checksums: what is simulated is the protocol around them, a thousand stations for a month.
import type { BsAuthWork, ReplyVerdict, SsAuthWork } from '../../bindings/auth/index.js';
import type { BsWork } from '../../bindings/bs/types.js';
import type { SsAuthorization, SsWork } from '../../bindings/ss/types.js';

const MASK = 0xa5;
const named = (name: string): Uint8Array => new TextEncoder().encode(name);

export const BS_CERTIFICATE = named('certificate of the base station');
export const AUTHORIZATION: SsAuthorization = {
  certificate: named('certificate of a subscriber station'),
  caCertificate: named('certificate of its CA'),
  signedReplies: true,
};

export function answerBs(kind: BsWork['kind'], input: BsWork['input']): unknown {
  switch (kind as BsAuthWork['kind']) {
    case 'verify-certificate':
      return { trusted: true, publicKey: named('public key') };
    case 'encrypt-ak':
      return sealed((input as Extract<BsAuthWork, { kind: 'encrypt-ak' }>['input']).ak);
    case 'sign': {
      const { request, reply } = input as Extract<BsAuthWork, { kind: 'sign' }>['input'];
      return checksum(request, reply);
    }
    default:
      throw new Error(`nobody does work of kind ${kind}`);
  }
}

export function answerSs(kind: SsWork['kind'], input: SsWork['input']): unknown {
  switch (kind as SsAuthWork['kind']) {
    case 'decrypt-ak':
      return opened((input as Extract<SsAuthWork, { kind: 'decrypt-ak' }>['input']).authKey);
    case 'verify-reply': {
      const { request, reply, signature } = input as Extract<SsAuthWork, { kind: 'verify-reply' }>['input'];
      const genuine = checksum(request, reply).every((byte, i) => byte === signature[i]);
      return (genuine ? { genuine } : { genuine, why: 'SIGNATURE' }) satisfies ReplyVerdict;
    }
    default:
      throw new Error(`nobody does work of kind ${kind}`);
  }
}

/** As long as the ciphertext of a key of 1,024 bits. */
function sealed(ak: Uint8Array): Uint8Array {
  const ciphertext = new Uint8Array(128);
  ciphertext.set(ak.map((byte) => byte ^ MASK));
  return ciphertext;
}

const opened = (ciphertext: Uint8Array): Uint8Array => ciphertext.slice(0, 20).map((byte) => byte ^ MASK);

/** FNV-1a over both, as long as a signature of a key of 1,024 bits. */
function checksum(request: Uint8Array, reply: Uint8Array): Uint8Array {
  let a = 0x811c9dc5;
  for (const byte of [...request, ...reply]) a = Math.imul(a ^ byte, 0x01000193) >>> 0;
  const sum = new Uint8Array(128);
  new DataView(sum.buffer).setUint32(0, a);
  new DataView(sum.buffer).setUint32(4, Math.imul(a, 0x9e3779b1) >>> 0);
  return sum;
}
