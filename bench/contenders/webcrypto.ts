// WebCrypto has no CCM: composed of its CBC and CTR, two promises a packet. Keys are imported before.
import { firstCounter, macInput, macThenPayload, sealedOf } from './compose.js';
import type { Contender, Job } from './types.js';

/** It is slow enough that a few packets do. */
const JOBS = 1024;
const PORTION = 32;
const ZERO_IV = new Uint8Array(16);
const { subtle } = globalThis.crypto;

type Keys = Awaited<ReturnType<typeof importBoth>>;

async function importBoth(key: Uint8Array) {
  const raw = new Uint8Array(key);
  return {
    cbc: await subtle.importKey('raw', raw, 'AES-CBC', false, ['encrypt']),
    ctr: await subtle.importKey('raw', raw, 'AES-CTR', false, ['encrypt']),
  };
}

async function sealOne(keys: Keys, { nonce, payload }: Job): Promise<ArrayBuffer> {
  const blocks = macInput(nonce, payload);
  const chain = await subtle.encrypt({ name: 'AES-CBC', iv: ZERO_IV }, keys.cbc, blocks);
  const mac = new Uint8Array(chain, blocks.length - 16, 16); // the last block but one: WebCrypto pads with a whole one
  const algorithm = { name: 'AES-CTR', counter: firstCounter(nonce), length: 16 };
  return subtle.encrypt(algorithm, keys.ctr, macThenPayload(mac, payload));
}

export const webCrypto: Contender = {
  id: 'webcrypto',
  title: 'WebCrypto, CCM composed of AES-CBC and AES-CTR',
  async seal(jobs) {
    const some = await Promise.all(jobs.slice(0, JOBS).map(async (job) => ({ job, keys: await importBoth(job.key) })));
    let next = 0;
    return {
      name: 'WebCrypto',
      async run() {
        for (let n = 0; n < PORTION; n++) {
          const { keys, job } = some[next] as (typeof some)[number];
          await sealOne(keys, job);
          next = (next + 1) % some.length;
        }
        return PORTION;
      },
      async sealed(i) {
        const job = jobs[i] as Job;
        return sealedOf(new Uint8Array(await sealOne(await importBoth(job.key), job)));
      },
    };
  },
};
