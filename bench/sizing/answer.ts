// How many groups can this machine carry? Arithmetic over measured rows: no clock and no core here.
//
//   one group       r = rate / (8 · bytes) packets/s
//   N groups        N · r ≤ (1 − headroom) · packets/s with N keys, on as many workers as carry most: short packets cost the main
//                   thread of a pool more than a second worker takes off it
//   a rekey storm   N · (one group's TEK replaced, its M members told, their M requests answered)
import type { Row } from './row.js';

/** Group IDs have one byte (attribute 29 of the patent profile); SAIDs have two. */
export const GROUPS_PER_BS = 256;
export const SAIDS_PER_BS = 65_536;

/** Members that a base station rekeys in a second unless told otherwise. */
const REKEYS_PER_SECOND = 2000;

export interface Question {
  /** Payload kbit/s of one group. */
  readonly rate: number;
  readonly members: number;
  /** Percent. */
  readonly headroom: number;
}

/** What a rekey and what memory costs, as measured. */
export interface Costs {
  /** Nanoseconds for one group: successor made, members told, all their requests answered. */
  readonly stormNsPerGroup: number;
  /** Nanoseconds from Key Request to Key Reply. */
  readonly requestNs: number;
  /** Bytes of the core's memory for one group with its two TEKs. */
  readonly bytesPerGroup: number;
}

export interface Carried {
  readonly payload: string;
  readonly bytes: number;
  /** As many as carry most. One: a core on the main thread. */
  readonly workers: number;
  /** All those workers together, with that many keys. */
  readonly packetsPerSecond: number;
  readonly mbps: number;
  /** Groups of the rate asked for, headroom kept. */
  readonly groups: number;
  /** The most groups measured with, where `groups` is more; else null. */
  readonly beyond: number | null;
}

export interface Answer {
  readonly rateKbps: number;
  readonly members: number;
  readonly headroomPercent: number;
  /** The most that were measured. */
  readonly workers: number;
  readonly carried: readonly Carried[];
  readonly rekey: {
    /** Groups that the storm is for: those carried with IMIX. */
    readonly groups: number;
    /** One core with nothing else to do. */
    readonly seconds: number;
    readonly requestsPerSecond: number;
  };
  readonly memoryBytesPerGroup: number;
  /** The answer in sentences. */
  readonly words: readonly string[];
}

interface Point {
  readonly keys: number;
  readonly pps: number;
}

/** Packets per second by number of keys, never rising: what was measured faster with more keys was measured by luck. */
function falling(rows: readonly Row[]): Point[] {
  let least = Number.POSITIVE_INFINITY;
  return [...rows]
    .sort((a, b) => a.keys - b.keys)
    .map((row) => {
      least = Math.min(least, 1e9 / row.nsPerPacket);
      return { keys: row.keys, pps: least };
    });
}

/** Packets per second with `keys` keys: between two points on a line over the logarithm of keys, level outside them. */
function rateAt(points: readonly Point[], keys: number): number {
  const above = points.findIndex((p) => p.keys >= keys);
  const b = points[above] ?? (points.at(-1) as Point);
  const a = above > 0 ? (points[above - 1] as Point) : b;
  if (a === b) return b.pps;
  return a.pps + ((b.pps - a.pps) * Math.log(keys / a.keys)) / Math.log(b.keys / a.keys);
}

/** Groups of `rate` kbit/s that one payload size allows. `rows`: sealing that size, on the same number of workers. */
export function carried(rows: readonly Row[], { rate, headroom }: Question): Carried {
  const [any] = rows;
  const points = falling(rows);
  if (any === undefined) throw new RangeError('no rows to answer from');
  const { payload, bytes, workers } = any;
  const perGroup = (rate * 1000) / (8 * bytes);
  const fits = (groups: number) => groups * perGroup <= rateAt(points, groups) * (1 - headroom / 100);
  let groups = 0;
  let tooMany = 1;
  while (fits(tooMany)) {
    groups = tooMany;
    tooMany *= 2;
  }
  while (tooMany - groups > 1) {
    const middle = Math.floor((groups + tooMany) / 2);
    if (fits(middle)) groups = middle;
    else tooMany = middle;
  }
  const pps = rateAt(points, Math.max(1, groups));
  return {
    payload,
    bytes,
    workers,
    packetsPerSecond: Math.round(pps),
    mbps: Number(((pps * 8 * bytes) / 1e6).toPrecision(4)),
    groups,
    beyond: groups > (points.at(-1)?.keys ?? 0) ? (points.at(-1)?.keys ?? 0) : null,
  };
}

/** The same on the number of workers that carries most, the fewest of these. */
function mostCarried(rows: readonly Row[], question: Question): Carried {
  const counts = [...new Set(rows.map(({ workers }) => workers))].sort((a, b) => a - b);
  return counts
    .map((count) => {
      const own = rows.filter(({ workers }) => workers === count);
      return carried(own, question);
    })
    .reduce((best, next) => (next.groups > best.groups ? next : best));
}

/** The answer from all rows of op `seal` in batches of `batch`. */
export function answerOf(rows: readonly Row[], batch: number, question: Question, costs: Costs): Answer {
  const seals = rows.filter((row) => row.op === 'seal' && row.batch === batch);
  const workers = Math.max(...seals.map((row) => row.workers));
  const payloads = [...new Set(seals.map((row) => row.payload))];
  const all = payloads.map((payload) => {
    const own = seals.filter((row) => row.payload === payload);
    return mostCarried(own, question);
  });
  const mixed = all.find(({ payload }) => payload === 'IMIX') ?? all[0];
  const groups = mixed?.groups ?? 0;
  const rekey = {
    groups,
    seconds: Number(((groups * costs.stormNsPerGroup) / 1e9).toPrecision(3)),
    requestsPerSecond: Math.round(1e9 / costs.requestNs),
  };
  const numbers = {
    rateKbps: question.rate,
    members: question.members,
    headroomPercent: question.headroom,
    workers,
    carried: all,
    rekey,
    memoryBytesPerGroup: costs.bytesPerGroup,
  };
  return { ...numbers, words: wordsOf(numbers) };
}

const n = (x: number) => x.toLocaleString('en', { maximumFractionDigits: 1 });
/** Three digits: more are not known. */
const about = (x: number) => n(Number(x.toPrecision(3)));
const count = (groups: number) => `${n(groups)} group${groups === 1 ? '' : 's'}`;

function wordsOf(a: Omit<Answer, 'words'>): string[] {
  const on = (workers: number) => (workers === 1 ? 'one core seals' : `a pool of ${workers} workers seals`);
  const most = Math.max(...a.carried.map(({ groups }) => groups));
  const pooled = a.carried.some(({ groups, workers }) => groups === most && workers > 1);
  return [
    ...a.carried.map(
      ({ payload, groups, workers, packetsPerSecond, mbps, beyond }) =>
        `${groups === 0 ? 'Not one group' : count(groups)} of ${n(a.rateKbps)} kbit/s at ${payload === 'IMIX' ? 'IMIX packets' : `${n(Number(payload))}-byte packets`} with ${n(a.headroomPercent)} % headroom: ${on(workers)} ${about(packetsPerSecond)} packets/s, ${about(mbps)} Mbit/s${beyond === null ? '' : ` (measured with ${n(beyond)} keys)`}.`,
    ),
    ...(a.rekey.groups === 0 ? [] : [stormWords(a)]),
    `A group's two TEKs take ${n(a.memoryBytesPerGroup)} bytes of the core's memory${most === 0 ? '' : `: ${n((most * a.memoryBytesPerGroup) / 2 ** 20)} MiB for ${count(most)}`}${pooled ? ', and as much again in every worker' : ''}.`,
    limitWords(most),
  ];
}

function stormWords(a: Pick<Answer, 'rekey' | 'members'>): string {
  return `All ${n(a.rekey.groups)} groups (IMIX) rekeyed and all ${n(a.members)} members of each answered in ${n(a.rekey.seconds)} s, on one core with nothing else to do; it answers ${about(a.rekey.requestsPerSecond)} Key Requests/s. Left to its own pace of ${n(REKEYS_PER_SECOND)} members a second, a base station takes ${about((a.rekey.groups * a.members) / REKEYS_PER_SECOND)} s over as many.`;
}

/** What the protocol allows beside what the machine does. */
export function limitWords(groups: number): string {
  const limit = `The patent profile addresses ${GROUPS_PER_BS} multicast groups a base station: its group ID is one byte.`;
  if (groups === 0) return limit;
  if (groups <= GROUPS_PER_BS) return `${limit} One is enough for these.`;
  const stations = Math.ceil(groups / GROUPS_PER_BS);
  return `${limit} Beyond that, ${n(groups)} groups are ${n(stations)} base stations, which may share a process and a core's vault; another profile may address as many SAs a base station as a 16-bit SAID tells apart: ${n(SAIDS_PER_BS)}, every subscriber's own among them.`;
}
