// Who is there to compare with. Libraries are loaded by name at run time: a bundle does not take them in, and one that is absent
// is reported, not missed.
import { asmCrypto } from './asmcrypto.js';
import { noble } from './noble.js';
import { nodeCrypto } from './node-crypto.js';
import { loadOpponent } from './opponent.js';
import { sjclCcm } from './sjcl.js';
import { CONTENDER_IDS, type Contender, type ContenderId, NOT_INSTALLED } from './types.js';
import { webCrypto } from './webcrypto.js';

export interface Field {
  readonly present: readonly Contender[];
  readonly absent: Readonly<Partial<Record<ContenderId, string>>>;
}

async function library<T>(name: string, make: (module: T) => Contender): Promise<Contender | string> {
  try {
    const module = (await import(name)) as T & { default?: T };
    return make(module.default ?? module);
  } catch {
    return NOT_INSTALLED;
  }
}

const LOADERS: Record<ContenderId, () => Promise<Contender | string>> = {
  node: async () => nodeCrypto,
  opponent: loadOpponent,
  webcrypto: async () => webCrypto,
  sjcl: () => library('sjcl', sjclCcm),
  asmcrypto: () => library('asmcrypto.js', asmCrypto),
  noble: () => library('@noble/ciphers/aes.js', noble),
};

/** Loads the contenders named, by default all. */
export async function loadContenders(ids: readonly ContenderId[] = CONTENDER_IDS): Promise<Field> {
  const loaded = await Promise.all(ids.map(async (id) => [id, await LOADERS[id]()] as const));
  return {
    present: loaded.map(([, c]) => c).filter((c) => typeof c !== 'string'),
    absent: Object.fromEntries(loaded.filter(([, c]) => typeof c === 'string')),
  };
}
