// Network entry as the SS lives it: once a service is given up, or entry falls back, no Key Request leaves, whatever was about to.
import { expect, test } from 'vitest';
import { AFTER_AUTHENTICATION, BEFORE_AUTHENTICATION } from '../../bindings/entry/index.js';
import type { SsStep } from '../../bindings/ss/types.js';
import { Peer } from '../support/peer.js';
import { subscriber, subscriberStation, testingCore } from '../support/stations.js';

const ROW = subscriber(0);
/** A Key Reject 0 is asked again after so long. */
const HOLD_MS = 60_000;

/** An SS whose first Key Request was answered by Key Reject 0 at time 1000. */
function rejected(seed: number, entry: 'carrier' | 'stack') {
  const ss = subscriberStation(testingCore(seed), ROW, { entry });
  const asked = [ss.request({ service: 'unicast' }, 900)];
  if (entry === 'stack')
    for (const event of [...BEFORE_AUTHENTICATION, ...AFTER_AUTHENTICATION]) asked.push(ss.enter(event, 900));
  const identifier = asked.flatMap(requests)[0] as number;
  const reject = new Peer(testingCore(seed + 1), ROW).keyReject({ identifier, said: ROW.basicCid, errorCode: 0 });
  expect(ss.receive(reject, 'bs', 1000).events).toMatchObject([{ type: 'KEY_REJECT', error: 0 }]);
  return ss;
}

const requests = ({ events }: SsStep) =>
  events.flatMap((event) => (event.type === 'KEY_REQUEST' ? [event.identifier] : []));

test('after a Key Reject 0 it asks again by itself', () => {
  expect(requests(rejected(901, 'carrier').tick(1000 + HOLD_MS))).toHaveLength(1);
});

test('a service that was given up after a Key Reject 0 is not asked for again', () => {
  const ss = rejected(903, 'carrier');
  expect(ss.stop({ service: 'unicast' }, 2000).wakeAt).toBeUndefined();
  expect(requests(ss.tick(1000 + HOLD_MS))).toEqual([]);
});

test.each(['SYNC_LOST', 'LEAVE'] as const)('%s after a Key Reject 0: no Key Request before S80', (out) => {
  const ss = rejected(905, 'stack');
  ss.enter(out, 2000);
  expect(requests(ss.tick(1000 + HOLD_MS))).toEqual([]);
  const steps = [...BEFORE_AUTHENTICATION, ...AFTER_AUTHENTICATION].map((event) => ss.enter(event, 70_000));
  expect(steps.flatMap(requests)).toHaveLength(1); // with the last of them, S80
  expect(requests(steps.at(-1) as SsStep)).toHaveLength(1);
});
