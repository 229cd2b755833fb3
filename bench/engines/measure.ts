// What runs inside every engine: sealing with each flavour of the core that validates there, through the public API, in turn.
// No module of Node here.
import { createCoreSync, type TrafficSa } from 'tekcast';
import { keyOrder } from '../order.js';
import type { Order, Taken } from './types.js';

const PLACE = 2064;

interface Subject {
  readonly flavour: string;
  /** Payloads of `bytes` from now on. */
  use(bytes: number): void;
  /** Seals whole batches for at least `ms`; nanoseconds per packet. */
  seal(ms: number): number;
  dispose(): void;
}

/** Repeatable bytes, not secret: a multiplicative generator. */
function fill(bytes: Uint8Array, seed: number): Uint8Array {
  let x = (seed * 2654435761 + 1) >>> 0;
  for (let i = 0; i < bytes.length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    bytes[i] = x >>> 24;
  }
  return bytes;
}

function subjectOf(flavour: string, module: WebAssembly.Module, { keys, batch }: Order): Subject {
  const core = createCoreSync({
    slots: keys,
    tombstones: keys,
    windows: 1,
    packets: batch,
    arenaBytes: batch * PLACE,
    module,
  });
  const traffic = core.traffic({ packets: batch, bytes: batch * PLACE, crc: 'none' });
  const owner = core.newOwner();
  const all = Array.from({ length: keys }, (_, i): TrafficSa => {
    const birth = { use: 'seal-down', owner, said: i & 0xffff, sequence: i & 3 } as const;
    return { key: core.keys.put(fill(new Uint8Array(16), i), birth).key, eks: i & 3, cid: 0xfea0 };
  });
  const sas = keyOrder(keys, batch).map((i) => all[i] as TrafficSa);
  let payloads: Uint8Array[] = [];
  let next = 0;
  const one = () => {
    for (let i = 0; i < batch; i++) traffic.addPayload(sas[next + i] as TrafficSa, payloads[i] as Uint8Array);
    if (traffic.seal() !== batch) throw new Error('a packet was not sealed');
    next = next + batch === sas.length ? 0 : next + batch;
  };
  return {
    flavour,
    use: (bytes) => {
      payloads = Array.from({ length: batch }, (_, i) => fill(new Uint8Array(bytes), i));
    },
    seal: (ms) => {
      const start = performance.now();
      let batches = 0;
      let elapsed = 0;
      do {
        one();
        batches++;
        elapsed = performance.now() - start;
      } while (elapsed < ms);
      return (elapsed * 1e6) / (batches * batch);
    },
    dispose: () => core.dispose(),
  };
}

export function measure(order: Order): Taken {
  const own = createCoreSync({ slots: 1, tombstones: 1, windows: 1, packets: 1, arenaBytes: 4096 });
  const picked = own.info().flavour;
  own.dispose();
  const subjects = Object.entries(order.flavours).flatMap(([flavour, base64]) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return WebAssembly.validate(bytes) ? [subjectOf(flavour, new WebAssembly.Module(bytes), order)] : [];
  });
  const clockMs = clockStep();
  const sliceMs = Math.max(order.sliceMs, 50 * clockMs);
  const ns: Record<string, Record<string, number[]>> = {};
  for (const bytes of order.sizes) {
    const times = subjects.map(() => [] as number[]);
    for (const subject of subjects) {
      subject.use(bytes);
      subject.seal(order.warmMs);
    }
    for (let r = 0; r < order.rounds; r++) {
      for (let k = 0; k < subjects.length; k++) {
        const i = (r + k) % subjects.length;
        times[i]?.push((subjects[i] as Subject).seal(sliceMs));
      }
    }
    ns[bytes] = Object.fromEntries(subjects.map(({ flavour }, i) => [flavour, times[i] as number[]]));
  }
  for (const subject of subjects) subject.dispose();
  return { picked, agent: globalThis.navigator?.userAgent ?? '', clockMs, ns };
}

function clockStep(): number {
  let step = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 50; i++) {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    step = Math.min(step, now - start);
  }
  return step;
}
