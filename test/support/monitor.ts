// An eye that sees what nobody may: the keys in a core's linear memory. It tells whether a (key, nonce) pair was used twice and whether
// anything that left a station holds a piece of a TEK.
import {
  SLOT_EKS,
  SLOT_KEY,
  SLOT_SAID,
  SLOT_SIZE,
  SLOT_STATE,
  SLOT_USE,
  STATE_LIVE,
  USE_SEAL_DOWN,
  USE_SEAL_UP,
} from '../../assembly/layout.js';
import { linearMemory, slotAddress } from '../../bindings/core/testing.js';
import type { Core, KeyHandle } from '../../bindings/core/types.js';
import { hex } from './stations.js';

interface LiveTek {
  readonly said: number;
  readonly eks: number;
  readonly up: boolean;
  readonly key: Uint8Array;
}

/** Every sealing TEK that lives in a core. */
export function liveTeks(core: Core): LiveTek[] {
  const memory = linearMemory(core);
  const view = new DataView(memory.buffer);
  const first = slotAddress(core, { slot: 0 } as KeyHandle);
  const found: LiveTek[] = [];
  for (let at = first, i = 0; i < core.info().slots; at += SLOT_SIZE, i++) {
    const use = memory[at + SLOT_USE];
    if (memory[at + SLOT_STATE] !== STATE_LIVE || (use !== USE_SEAL_DOWN && use !== USE_SEAL_UP)) continue;
    const key = memory.slice(at + SLOT_KEY, at + SLOT_KEY + 16);
    found.push({
      said: view.getUint16(at + SLOT_SAID, true),
      eks: memory[at + SLOT_EKS] ?? 0,
      up: use === USE_SEAL_UP,
      key,
    });
  }
  return found;
}

/** Collects (key, nonce) pairs of sealed PDUs; call it from `onPdu`, while the key still lives. */
export class NonceWatch {
  readonly #saids: ReadonlyMap<number, number>;
  readonly #seen = new Set<string>();
  readonly repeated: string[] = [];
  sealed = 0;

  /** `saids`: CID → SAID. */
  constructor(saids: ReadonlyMap<number, number>) {
    this.#saids = saids;
  }

  see(core: Core, pdu: Uint8Array, up: boolean): void {
    if (((pdu[0] ?? 0) & 0x40) === 0) return;
    const cid = ((pdu[3] ?? 0) << 8) | (pdu[4] ?? 0);
    const eks = ((pdu[1] ?? 0) >> 4) & 3;
    const said = this.#saids.get(cid);
    const teks = liveTeks(core).filter((tek) => tek.said === said && tek.eks === eks && tek.up === up);
    if (teks.length !== 1) throw new Error(`${teks.length} sealing keys for said ${said} eks ${eks}`);
    // CCM's nonce: header bytes 0..4 and the PN as sent. The header's LEN does not matter for CTR keystream reuse, so only the PN counts here.
    const pair = `${hex(teks[0]?.key ?? new Uint8Array())} ${hex(pdu.subarray(6, 10))}`;
    this.sealed++;
    if (this.#seen.has(pair)) this.repeated.push(pair);
    this.#seen.add(pair);
  }
}

/** Looks for runs of 8 bytes of known secrets in other bytes. */
export class LeakWatch {
  readonly #runs = new Set<string>();
  secrets = 0;

  learn(secret: Uint8Array): void {
    const before = this.#runs.size;
    for (let i = 0; i + 8 <= secret.length; i++) this.#runs.add(run(secret, i));
    if (this.#runs.size > before) this.secrets++;
  }

  /** Offset of the first run found; -1 if none. */
  find(bytes: Uint8Array): number {
    for (let i = 0; i + 8 <= bytes.length; i++) if (this.#runs.has(run(bytes, i))) return i;
    return -1;
  }
}

function run(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 8));
}
