// A receiver that answers within the grace time can always decrypt what the sender sends: rekeying is never an outage. Hundreds of
// generations in virtual time, with lost messages, lost traffic and forced rekeys.
import { expect, test } from 'vitest';
import { splitBurst } from '../../bindings/pdu/index.js';
import { Random } from '../support/random.js';
import {
  ALERTS,
  baseStation,
  bytes,
  NEWS,
  subscriber,
  subscriberStation,
  testingCore,
  World,
} from '../support/stations.js';

/** Exchanges that fail in a row, at most, because request or reply is lost: the next retry still comes within the grace. */
const LOST_IN_A_ROW = 4;
const KEY_REQUEST = 7;
const TEK_INVALID = 11;

function scenario(
  seed: number,
  lifetime: number,
  forced: boolean,
): { rekeys: number; delivered: number; failures: string[] } {
  const source = new Random(seed);
  const dice = () => source.u32() / 2 ** 32;
  const core = testingCore(seed);
  const rows = [subscriber(0), subscriber(1), subscriber(2)];
  const w = new World(baseStation(core, { subscribers: rows, tekLifetime: lifetime }));
  for (const [i, row] of rows.entries()) w.join(`ss${i}`, subscriberStation(core, row, { freshness: w.wall }));
  for (const name of w.stations.keys()) {
    w.request(name, 'unicast');
    w.request(name, 'multicast', 5);
    w.request(name, 'broadcast');
  }
  const lost = new Map<string, { row: number; reply: boolean }>();
  w.ether = (datagram, from, to) => {
    const [pdu] = splitBurst(datagram).pdus;
    if (pdu?.header.ec !== false) return dice() > 0.2;
    const [, code, identifier] = pdu.bytes.subarray(6);
    const exchange = `${from === 'bs' ? to : from} ${identifier}`;
    if (code === TEK_INVALID) return dice() > 0.3;
    if (code !== KEY_REQUEST) return lost.get(exchange)?.reply !== true;
    const row = lost.get(exchange)?.row ?? 0;
    const fate = row < LOST_IN_A_ROW ? Math.floor(dice() * 4) : 2;
    lost.set(exchange, { row: fate < 2 ? row + 1 : 0, reply: fate === 1 });
    return fate !== 0;
  };
  const news = () => w.bs.services().find(({ said }) => said === NEWS);
  const settled = () =>
    [...w.stations.values()].every((ss) => ss.services().find(({ groupId }) => groupId === 5)?.newer === news()?.newer);
  const step = (lifetime * 1000) / 100;
  const end = w.now + 30 * lifetime * 1000;
  while (w.now < end) {
    w.run(w.now + step * dice() * 2);
    for (const said of [NEWS, ALERTS, 16, 17, 18]) expect(w.down(said, bytes(`${said}`))).toBeUndefined();
    for (const name of w.stations.keys()) expect(w.up(name, bytes(name))).toBeUndefined();
    if (forced && dice() < 0.02 && settled()) w.fromBs(w.bs.rekey(NEWS, w.now));
  }
  const failures: string[] = [];
  for (const [name, events] of [['bs', w.bsEvents], ...w.ssEvents] as const) {
    for (const event of events) {
      if (event.type === 'DROPPED' || event.type === 'NOT_SEALED') failures.push(`${name} ${event.code}`);
    }
  }
  return { rekeys: news()?.rekeys ?? 0, delivered: w.payloads('ss0').length + w.payloads('bs').length, failures };
}

for (const [seed, lifetime, forced] of [
  [1, 64, false],
  [2, 64, true],
  [3, 1800, false],
  [4, 600, true],
] as const) {
  test(`seed ${seed}: L = ${lifetime} s${forced ? ', forced rekeys' : ''}: every PDU that arrives opens`, () => {
    const { rekeys, delivered, failures } = scenario(seed, lifetime, forced);
    expect(failures, `seed ${seed}`).toEqual([]);
    expect(rekeys).toBeGreaterThanOrEqual(59);
    expect(delivered).toBeGreaterThan(3000);
  });
}

test('a receiver that does not answer falls behind, and is told', () => {
  const core = testingCore(5);
  const w = new World(baseStation(core, { tekLifetime: 64 }));
  w.join('ss0', subscriberStation(core, subscriber(0), { freshness: w.wall }));
  w.request('ss0', 'multicast', 5);
  w.ether = (_, from) => from === 'bs';
  const end = w.now + 200_000;
  while (w.now < end) {
    w.run(w.now + 1000);
    w.down(NEWS, bytes('x'));
  }
  expect(w.ssEvents.get('ss0')).toContainEqual(expect.objectContaining({ type: 'DROPPED', code: 'EKS' }));
  w.ether = () => true;
  w.run(w.now + 61_000); // the slowest pace of recovery
  const before = w.payloads('ss0').length;
  w.down(NEWS, bytes('again'));
  expect(w.payloads('ss0').slice(before)).toEqual(['again']);
});
