// No (TEK, nonce) pair is used twice, whatever happens to either station: rekeys, replayed answers, forged and replayed TEK Invalid,
// restarts at any instant, with and without state. The monitor reads the keys out of linear memory while a PDU is being sealed.
import { expect, test } from 'vitest';
import type { BsStep } from '../../bindings/bs/types.js';
import type { Core } from '../../bindings/core/types.js';
import type { SubscriberStation } from '../../bindings/ss/subscriber-station.js';
import type { SsState, SsStep, SubscriberStationOptions } from '../../bindings/ss/types.js';
import { NonceWatch } from '../support/monitor.js';
import { Random } from '../support/random.js';
import { baseStation, bytes, NEWS, NEWS_CID, subscriber, subscriberStation, testingCore } from '../support/stations.js';

const ROW = subscriber(0);

interface Outcome {
  readonly watch: NonceWatch;
  readonly opened: number;
  readonly restarts: number;
  readonly fallen: string[];
}

/** A hostile world of one BS and one SS, driven by dice. */
function ordeal(seed: number, mode: 'state' | 'no state' | 'first use', steps: number): Outcome {
  const dice = new Random(seed);
  const watch = new NonceWatch(
    new Map([
      [NEWS_CID, NEWS],
      [ROW.transportCid, ROW.basicCid],
    ]),
  );
  let now = 1000;
  let cores = seed;
  let restarts = 0;
  let opened = 0;
  const recorded: Uint8Array[] = [];
  // Durable storage: what was written, and marks that must never fall.
  let stored: SsState | undefined;
  const marks = new Map<string, number>();
  const fallen: string[] = [];
  const store = (state: SsState): void => {
    for (const { wrapped, sealFrom, openFrom } of state.services.flatMap(({ teks }) => teks)) {
      for (const [name, mark] of [
        ['seal', sealFrom],
        ['open', openFrom],
      ] as const) {
        if (mark === null) continue;
        const key = `${name} ${wrapped}`;
        if (mark < (marks.get(key) ?? 0)) fallen.push(`${key.slice(0, 12)} ${mark}`);
        marks.set(key, mark);
      }
    }
    stored = structuredClone(state);
  };

  let bsCore: Core = testingCore(++cores);
  const newBs = () =>
    baseStation(bsCore, { onPdu: (pdu, direction) => direction === 'down' && watch.see(bsCore, pdu, false) });
  let bs = newBs();
  let ssCore: Core = testingCore(++cores);
  const newSs = (): SubscriberStation => {
    const over: Partial<SubscriberStationOptions> = {
      freshness: () => BigInt(Math.floor(1e12 + now)),
      firstUse: mode === 'first use',
      onPdu: (pdu, direction) => direction === 'up' && watch.see(ssCore, pdu, true),
      ...(mode === 'state' && { state: { stored, leasePackets: 5 } }),
    };
    return subscriberStation(ssCore, ROW, over);
  };
  let ss = newSs();

  const fromBs = (step: BsStep): void => {
    opened += step.events.filter(({ type }) => type === 'PAYLOAD').length;
    for (const { bytes: sent } of step.send) {
      recorded.push(sent);
      if (dice.between(0, 9) > 0) fromSs(ss.receive(sent, 'bs', now));
    }
  };
  const fromSs = (step: SsStep): void => {
    opened += step.events.filter(({ type }) => type === 'PAYLOAD').length;
    for (const { bytes: sent } of step.send) if (dice.between(0, 9) > 0) fromBs(bs.receive(sent, 'ss', now));
    for (const { id, kind, input } of step.work) {
      if (kind !== 'state') throw new Error(kind);
      if (dice.between(0, 9) === 0) {
        fromSs(ss.complete(id, { ok: false, error: 'disk' }, now));
        continue;
      }
      store(input);
      if (dice.between(0, 9) === 0)
        restart(); // killed between the write and the answer
      else fromSs(ss.complete(id, { ok: true, value: undefined }, now));
    }
  };
  const ask = (): void => {
    fromSs(ss.request({ service: 'unicast' }, now));
    fromSs(ss.request({ service: 'multicast', groupId: 5 }, now));
  };
  /** The process ends without a word; the next one has what was stored. */
  const restart = (): void => {
    restarts++;
    ssCore = testingCore(++cores);
    ss = newSs();
  };
  const deeds: (() => void)[] = [
    () => fromBs(bs.rekey(NEWS, now)),
    () => fromBs(bs.rekey(ROW.basicCid, now)),
    restart,
    () => {
      bs.dispose();
      if (dice.between(0, 1)) bsCore = testingCore(++cores);
      bs = newBs();
    },
  ];
  ask();
  for (let i = 0; i < steps; i++) {
    now += dice.between(0, 400);
    fromBs(bs.tick(now));
    fromSs(ss.tick(now));
    for (let n = dice.between(0, 3); n > 0; n--) {
      bs.offer(NEWS, bytes(`d${i}`), now);
      bs.offer(ROW.basicCid, bytes(`u${i}`), now);
      ss.offer(bytes(`s${i}`), now);
    }
    fromBs(bs.flush(now));
    fromSs(ss.flush(now));
    // Anything the BS ever said may come again: Key Replies, TEK Invalids, traffic.
    const replay = recorded[dice.between(0, recorded.length - 1)];
    if (replay !== undefined) fromSs(ss.receive(replay, 'mallory', now));
    if (dice.between(0, 30) === 0) deeds[dice.between(0, deeds.length - 1)]?.();
    ask();
  }
  return { watch, opened, restarts, fallen };
}

for (const mode of ['state', 'no state'] as const) {
  for (const seed of [1000, 2000, 3000]) {
    test(`${mode}, seed ${seed}`, () => {
      const { watch, opened, restarts, fallen } = ordeal(seed, mode, 700);
      expect(watch.repeated, `seed ${seed}`).toEqual([]);
      expect(fallen, `seed ${seed}`).toEqual([]);
      expect(watch.sealed).toBeGreaterThan(800);
      expect(opened).toBeGreaterThan(300);
      expect(restarts).toBeGreaterThan(1);
    });
  }
}

test('the monitor sees what it is there for: with --first-use and no state a restart does repeat nonces', () => {
  const { watch } = ordeal(4000, 'first use', 700);
  expect(watch.repeated.length).toBeGreaterThan(0);
});
