// A base station all of whose groups are rekeyed at once, in virtual time.
import { expect } from 'vitest';
import type { BsEvent, BsStep } from '../../bindings/bs/types.js';
import { createTestingCore } from '../../bindings/core/testing.js';
import { decodeManagement, splitBurst } from '../../bindings/pdu/index.js';
import { Peer } from './peer.js';
import { baseStation, subscriber } from './stations.js';

/** Seconds. */
export const STORM_LIFETIME = 1800;
/** SAID of group 0. */
export const STORM_SAID = 10_000;
const TEK_INVALID = 11;

/** Subscriber `i` of up to 2,000, with numbers of its own. */
export function stormRow(i: number, groups: number[]) {
  const byte = (n: number) => n.toString(16).padStart(2, '0');
  const mac = `00:1b:11:00:${byte(i >> 8)}:${byte(i & 0xff)}`;
  return { ...subscriber(i % 200, { groups }), mac, basicCid: 1 + i, primaryCid: 2001 + i, transportCid: 4001 + i };
}

/** A BS with many groups of the same members, and hands that answer every nudge with a request. */
export function storm(
  seed: number,
  rekeysPerSecond: number,
  sizes: { readonly groups: number; readonly members: number },
  deaf: (i: number, group: number) => boolean = () => false,
) {
  const services = Array.from({ length: sizes.groups }, (_, groupId) => ({
    type: 'multicast' as const,
    groupId,
    said: STORM_SAID + groupId,
    cid: 20_000 + groupId,
  }));
  const groups = services.map(({ groupId }) => groupId);
  const rows = Array.from({ length: sizes.members }, (_, i) => stormRow(i, groups));
  const core = createTestingCore({ seed, slots: 8192, windows: 64, replayWindow: 256, packets: 1024 });
  const bs = baseStation(core, {
    services,
    subscribers: rows,
    tekLifetime: STORM_LIFETIME,
    rekeying: { rekeysPerSecond },
  });
  const hands = createTestingCore({ seed: seed + 1, slots: 8192 });
  const peers = rows.map((row) => new Peer(hands, row));
  const byCid = new Map(rows.map(({ primaryCid }, i) => [primaryCid, i]));
  const events: (BsEvent & { at: number })[] = [];
  const nudges: { at: number; member: number; said: number }[] = [];
  let freshness = 0n;
  let identifier = 0;
  let wakeAt: number | undefined;
  const take = (step: BsStep, now: number): void => {
    wakeAt = step.wakeAt;
    for (const event of step.events) events.push({ ...event, at: now });
    for (const { bytes } of step.send) {
      const [pdu] = splitBurst(bytes).pdus;
      const management = pdu && decodeManagement(pdu, 'msb');
      if (!management?.ok || management.message[1] !== TEK_INVALID) continue;
      const member = byCid.get(management.cid) as number;
      const said = ((management.message[8] ?? 0) << 8) | (management.message[9] ?? 0);
      nudges.push({ at: now, member, said });
      if (!deaf(member, said - STORM_SAID)) ask(member, said - STORM_SAID, now);
    }
  };
  const ask = (member: number, groupId: number, now: number): void => {
    identifier = (identifier + 1) & 0xff;
    const request = (peers[member] as Peer).request(1, groupId, ++freshness, identifier);
    take(bs.receive(request, `ss${member}`, now), now);
  };
  const run = (from: number, until: number): void => {
    let now = from;
    for (let guard = 0; wakeAt !== undefined && wakeAt <= until && guard < 5_000_000; guard++) {
      expect(wakeAt, 'a wake-up that changes nothing comes again').toBeGreaterThanOrEqual(now);
      now = wakeAt;
      take(bs.tick(now), now);
    }
  };
  // All ask within the budget of each SS.
  let now = 1000;
  for (const groupId of groups) {
    for (let member = 0; member < sizes.members; member++) ask(member, groupId, now);
    now += 10;
  }
  return { bs, take, run, ask, events, nudges, start: now + 65_000 }; // nobody waits for an answer any more
}
