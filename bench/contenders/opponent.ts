// A frozen batch engine to measure against, if there is one: the folder that TEKCAST_OPPONENT names, by default ../shared/prototype
// beside the checkout, with a module opponent.mjs:
//   opponent(): Promise<{ load(keys), pack([{ key, nonce, payload }]), seal(), sealed(i) }>   key: index into `keys`
// It seals in one call what was packed before; packing is not timed, so it copies and builds nothing where tekcast does both.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Contender, type Job, NOT_INSTALLED } from './types.js';

interface Opponent {
  load(keys: readonly Uint8Array[]): void;
  pack(packets: readonly { key: number; nonce: Uint8Array; payload: Uint8Array }[]): void;
  seal(): void;
  sealed(index: number): Uint8Array;
}

const MOST_KEYS = 10_000;
const MOST_PACKETS = 1024;

/** The folder of the nearest package.json above this file: the checkout, also from within the bundled command. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

export async function loadOpponent(): Promise<Contender | string> {
  const folder = process.env['TEKCAST_OPPONENT'] ?? join(packageRoot(), '../shared/prototype');
  const file = join(folder, 'opponent.mjs');
  if (!existsSync(file)) return NOT_INSTALLED;
  const { opponent } = (await import(pathToFileURL(file).href)) as { opponent(): Promise<Opponent> };
  const engine = await opponent();
  let loaded: readonly Uint8Array[] | undefined;
  const load = (keys: readonly Uint8Array[]) => {
    if (loaded !== keys) engine.load(keys);
    loaded = keys;
  };
  return {
    id: 'opponent',
    title: "a frozen prototype's wasm alone, packets in place beforehand",
    seal(jobs, batch) {
      const keys = [...new Set(jobs.map(({ key }) => key))];
      if (keys.length > MOST_KEYS) return `cannot: at most ${MOST_KEYS.toLocaleString('en')} keys`;
      if (batch > MOST_PACKETS) return `cannot: at most ${MOST_PACKETS.toLocaleString('en')} packets a batch`;
      const indices = new Map(keys.map((key, i) => [key, i]));
      const packets = jobs.map(({ key, nonce, payload }: Job) => ({ key: indices.get(key) as number, nonce, payload }));
      let next = 0;
      const prepare = () => {
        load(keys);
        engine.pack(packets.slice(next, next + batch));
        next = next + batch >= packets.length ? 0 : next + batch;
      };
      return {
        name: 'prototype',
        prepare,
        run() {
          engine.seal();
          return batch;
        },
        sealed(i) {
          load(keys);
          engine.pack([packets[i] as (typeof packets)[number]]);
          engine.seal();
          return engine.sealed(0);
        },
      };
    },
  };
}
