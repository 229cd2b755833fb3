import { expect, test } from 'vitest';
import { TEK_MACHINE } from '../../bindings/auth/index.js';
import { Identifiers } from '../../bindings/ss/generator.js';
import { Peer } from '../support/peer.js';
import { hex, subscriber, subscriberStation, testingCore } from '../support/stations.js';

const ROW = subscriber(0, {
  ak: Uint8Array.from({ length: 20 }, (_, i) => i),
  basicCid: 0x0102,
  primaryCid: 0x0150,
  transportCid: 0x0410,
});

test('the example Key Request, byte by byte but for Identifier, digest and CRC', () => {
  const ss = subscriberStation(testingCore(801), ROW);
  const [send] = ss.request({ service: 'multicast', groupId: 5 }, 0).send;
  const pdu = hex(send?.bytes ?? new Uint8Array());
  expect(pdu.slice(0, 12)).toBe('0040300150d8'); // header and HCS
  expect(pdu.slice(12, 16)).toBe('0907');
  expect(pdu.slice(18, 48)).toBe('0a01030c0201021c01011d01050b14');
  expect(new Peer(testingCore(802), ROW).answers({ send: send ? [send] : [] })).toMatchObject([
    { code: 7, values: { keySequenceNumber: 3, said: 0x0102, serviceType: 1, groupId: 5 } },
  ]);
});

test('attribute order of a Key Request: 10, 12, 28, 29, 158, 11', () => {
  const ss = subscriberStation(testingCore(803), ROW, { freshness: () => 9n });
  const [request] = new Peer(testingCore(804), ROW).answers(ss.request({ service: 'multicast', groupId: 5 }, 0));
  expect(request?.types).toEqual([10, 12, 28, 29, 158, 11]);
});

test('a group ID goes with multicast only; numbers out of range throw', () => {
  const ss = subscriberStation(testingCore(805), ROW);
  expect(() => ss.request({ service: 'unicast', groupId: 5 }, 0)).toThrow(/RANGE/);
  expect(() => ss.request({ service: 256 }, 0)).toThrow(/RANGE/);
  expect(() => ss.request({ service: 'multicast', groupId: 256 }, 0)).toThrow(/RANGE/);
});

test('Identifiers count mod 256 and pass over pending ones', () => {
  const identifiers = new Identifiers(254);
  const pending = new Set([255, 0]);
  expect(identifiers.take((id) => pending.has(id))).toBe(254);
  expect(identifiers.take((id) => pending.has(id))).toBe(1);
  expect(identifiers.take(() => false)).toBe(2);
});

test('the TEK machine: no event drops keys but Stop and Key Reject', () => {
  const dropping = Object.entries(TEK_MACHINE.table).flatMap(([state, events]) =>
    Object.entries(events).flatMap(([event, { does }]) => (does.includes('DROP_KEYS') ? [`${state} ${event}`] : [])),
  );
  expect(dropping).toEqual(['OPERATIONAL STOP', 'REKEY_WAIT STOP', 'REKEY_WAIT KEY_REJECT', 'REKEY_REAUTH_WAIT STOP']);
});
