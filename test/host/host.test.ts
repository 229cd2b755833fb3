// The loop around an engine, over a carrier of arrays and a clock that is a number.
import { expect, test } from 'vitest';
import { type Carrier, MemoryLeases, MemoryState, run } from '../../bindings/host/index.js';
import { baseStation, bytes, NEWS, subscriber, subscriberStation, testingCore, text } from '../support/stations.js';

/** Carriers that reach each other, with timers in virtual time. */
class Air {
  now = 1000;
  readonly #listeners = new Map<string, (bytes: Uint8Array, from: string) => void>();
  readonly #timers = new Set<{ at: number; fire: () => void }>();
  readonly #mail: (() => void)[] = [];

  carrier(address: string): Carrier {
    return {
      send: (to, datagram) => this.#mail.push(() => this.#listeners.get(to)?.(datagram, address)),
      onDatagram: (listener) => this.#listeners.set(address, listener),
      now: () => this.now,
      setTimer: (ms, fire) => {
        const timer = { at: this.now + ms, fire };
        this.#timers.add(timer);
        return () => this.#timers.delete(timer);
      },
    };
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** Lets time pass; between steps every promise gets its turn. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      const mail = this.#mail.shift();
      if (mail) {
        mail();
        continue;
      }
      const due = [...this.#timers].sort((a, b) => a.at - b.at)[0];
      if (due === undefined || due.at > end) break;
      this.#timers.delete(due);
      this.now = Math.max(this.now, due.at);
      due.fire();
    }
    this.now = end;
  }
}

function stations(seed: number, handlers: { authorize?: boolean } = {}) {
  const air = new Air();
  const core = testingCore(seed);
  const leases = new MemoryLeases();
  const memory = new MemoryState();
  const payloads: string[] = [];
  const errors: unknown[] = [];
  const bs = run({
    engine: baseStation(core, { leasePackets: 8, authorization: 'work' }),
    carrier: air.carrier('bs'),
    handlers: {
      lease: leases.lease,
      ...(handlers.authorize !== false && { authorize: async () => ({ accepted: true }) }),
    },
    onError: (error) => errors.push(error),
  });
  const ss = run({
    engine: subscriberStation(core, subscriber(0), { freshness: () => BigInt(air.now), state: { stored: undefined } }),
    carrier: air.carrier('ss0'),
    handlers: { state: memory.state },
    onEvent: (event) => event.type === 'PAYLOAD' && payloads.push(text(event.bytes)),
  });
  return { air, bs, ss, leases, memory, payloads, errors };
}

test('a host runs requests, work, timers and traffic over many rekeys', async () => {
  const { air, bs, ss, leases, memory, payloads } = stations(701);
  ss.do((engine, now) => engine.request({ service: 'multicast', groupId: 5 }, now));
  await air.pass(10);
  expect(ss.engine.services().find(({ groupId }) => groupId === 5)).toMatchObject({ state: 'OPERATIONAL', said: NEWS });
  for (let i = 0; i < 100; i++) {
    expect(bs.offer((engine, now) => engine.offer(NEWS, bytes(`${i}`), now))).toBeUndefined();
    await air.pass(400);
  }
  expect(payloads).toEqual(Array.from({ length: 100 }, (_, i) => `${i}`));
  expect(bs.engine.services().find(({ said }) => said === NEWS)?.rekeys).toBeGreaterThan(8);
  expect(leases.upTo(NEWS, 0)).toBeGreaterThan(1);
  expect(memory.stored?.services[0]?.said).toBe(NEWS);
});

test('offers of one turn are flushed together', async () => {
  const { air, bs, ss, payloads } = stations(702);
  ss.do((engine, now) => engine.request({ service: 'multicast', groupId: 5 }, now));
  await air.pass(10);
  bs.offer((engine, now) => engine.offer(NEWS, bytes('lease'), now));
  await air.pass(10);
  const before = bs.engine.counters()['datagramsOut'] ?? 0;
  for (const word of ['a', 'b', 'c']) bs.offer((engine, now) => engine.offer(NEWS, bytes(word), now));
  await air.pass(10);
  expect(payloads).toEqual(['lease', 'a', 'b', 'c']);
  expect((bs.engine.counters()['datagramsOut'] ?? 0) - before).toBe(1);
});

test('work that nobody does is an error and a failed answer, not silence', async () => {
  const { air, ss, errors } = stations(703, { authorize: false });
  ss.do((engine, now) => engine.request({ service: 'multicast', groupId: 5 }, now));
  await air.pass(10);
  expect(errors).toMatchObject([{ code: 'NO_HANDLER', subject: 'authorize' }]);
  expect(ss.engine.services().find(({ groupId }) => groupId === 5)).toMatchObject({ error: 0 });
});

test('a closed host does nothing any more', async () => {
  const { air, bs, ss } = stations(704);
  ss.do((engine, now) => engine.request({ service: 'unicast' }, now));
  await air.pass(10);
  bs.close();
  ss.close();
  await air.pass(60_000);
  expect(air.pending).toBe(0);
});
