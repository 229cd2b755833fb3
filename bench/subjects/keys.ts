// TEKs made and wrapped: tekcast's vault against randomBytes(16) and OpenSSL's id-aes128-wrap, both for the same KEKs.
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { createCoreSync, type KeyHandle, type TekBirth } from 'tekcast';
import type { Contestant } from '../sizing/paired.js';
import { bytes } from '../workload.js';

/** RFC 3394 §2.2.3.1. */
const IV = new Uint8Array(8).fill(0xa6);
/** Most TEKs in one request to the vault. */
const REQUEST = 4096;
/** What a Key Request comes to: the additional input a TEK is bound to (patent ¶63). */
const CONTEXT = bytes('request', 64);

/** `count` TEKs, each generated in the vault and wrapped under its own KEK; erased again before the next run, which is not timed. */
export function vaultTeks(count: number): Contestant & { dispose(): void } {
  const core = createCoreSync({ slots: 2 * count, tombstones: count, windows: 1, packets: 1, arenaBytes: 4096 });
  const keks = kekBytes(count).map(
    (kek) => core.keys.put(kek, { use: 'kek-aeskw', owner: core.newOwner() }).key as KeyHandle,
  );
  let owner = core.newOwner();
  const prepare = () => {
    core.keys.forget(owner);
    owner = core.newOwner();
  };
  const run = () => {
    for (let from = 0; from < count; from += REQUEST) {
      const length = Math.min(REQUEST, count - from);
      const births: TekBirth[] = [];
      for (let i = 0; i < length; i++) births.push({ use: 'seal-down', owner, said: (from + i) & 0xffff, sequence: 0 });
      core.keys.wrapMany(core.keys.generateMany(births, CONTEXT), keks.slice(from, from + length));
    }
    return count;
  };
  const checked = core.keys.generate({ use: 'seal-down', owner, said: 0, sequence: 0 });
  agree(core.keys.wrap(checked, keks[0] as KeyHandle), kekBytes(1)[0] as Uint8Array);
  return { name: 'tekcast', prepare, run, dispose: () => core.dispose() };
}

/** One TEK at a time, bound to its request, not wrapped. */
export function boundTek(portion: number): Contestant & { dispose(): void } {
  const core = createCoreSync({ slots: portion, tombstones: portion, windows: 1, packets: 1, arenaBytes: 4096 });
  let owner = core.newOwner();
  return {
    name: 'tekcast',
    prepare() {
      core.keys.forget(owner);
      owner = core.newOwner();
    },
    run() {
      for (let i = 0; i < portion; i++)
        core.keys.generate({ use: 'seal-down', owner, said: i & 0xffff, sequence: 0, context: CONTEXT });
      return portion;
    },
    dispose: () => core.dispose(),
  };
}

export function nodeTeks(count: number): Contestant {
  const keks = kekBytes(count).map((kek) => createSecretKey(kek));
  let next = 0;
  return {
    name: 'node:crypto',
    run() {
      for (let n = 0; n < 64; n++) {
        const cipher = createCipheriv('id-aes128-wrap', keks[next] as (typeof keks)[number], IV);
        cipher.update(randomBytes(16));
        cipher.final();
        next = (next + 1) % count;
      }
      return 64;
    },
  };
}

function kekBytes(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => bytes(`kek/${i}`, 16));
}

/** OpenSSL must unwrap what the vault wrapped (the integrity value is checked in it), and wrap it to the same bytes again. */
function agree(wrapped: Uint8Array, kek: Uint8Array): void {
  const tek = createDecipheriv('id-aes128-wrap', kek, IV).update(wrapped);
  if (!createCipheriv('id-aes128-wrap', kek, IV).update(tek).equals(wrapped))
    throw new Error('tekcast and node:crypto disagree on a wrapped key');
}
