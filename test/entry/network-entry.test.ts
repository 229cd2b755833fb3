import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AFTER_AUTHENTICATION,
  BEFORE_AUTHENTICATION,
  ENTRY_MACHINE,
  type EntryEvent,
  NetworkEntry,
} from '../../bindings/entry/index.js';

function entry(authentication: 'pkm' | 'pre-shared' = 'pkm') {
  const log: string[] = [];
  const note =
    (what: string) =>
    (...args: (string | number)[]) =>
      void log.push(typeof args[0] === 'string' ? `${what} ${args[0]}` : what);
  const station = new NetworkEntry({
    authentication,
    hooks: {
      beginAuthentication: note('S60'),
      endAuthentication: note('not S60'),
      beginKeys: note('S90'),
      endKeys: note('not S90'),
      connect: note('S100'),
      disconnect: note('not S100'),
      wipe: note('wipe'),
    },
  });
  const raise = (...events: EntryEvent[]) => events.flatMap((event) => station.raise(event, 0));
  return { station, log, raise };
}

/** Entry with two services that carry traffic. */
function serving(authentication: 'pkm' | 'pre-shared' = 'pkm') {
  const made = entry(authentication);
  made.station.want('news', 0);
  made.station.want('alerts', 0);
  made.raise(...BEFORE_AUTHENTICATION);
  if (authentication === 'pkm') made.raise('AUTHORIZED');
  made.raise(...AFTER_AUTHENTICATION);
  made.station.keyed('news', 0);
  made.station.keyed('alerts', 0);
  return made;
}

describe('the way in', () => {
  it('goes S10 to S100, one step after the other', () => {
    const { station, log, raise } = entry();
    const labels = [ENTRY_MACHINE.states[station.state]];
    station.want('news', 0);
    for (const event of [...BEFORE_AUTHENTICATION, 'AUTHORIZED', ...AFTER_AUTHENTICATION] as const) {
      raise(event);
      labels.push(ENTRY_MACHINE.states[station.state]);
    }
    expect(labels.map((label) => label.split(' ')[0])).toEqual([
      'S10',
      'S20',
      'S30',
      'S40',
      'S50',
      'S60',
      'S70',
      'S80',
      'S90/S100',
    ]);
    expect(log).toEqual(['S60', 'S90 news']);
    station.keyed('news', 0);
    expect(log).toEqual(['S60', 'S90 news', 'S100 news']);
  });
  it('passes S60 at once with a pre-shared AK', () => {
    const { station, log, raise } = entry('pre-shared');
    raise(...BEFORE_AUTHENTICATION);
    expect(station.state).toBe('REGISTRATION');
    expect(log).toEqual([]);
  });
  it('ignores and reports what comes out of order', () => {
    const { station, raise } = entry();
    expect(raise('RANGED')).toEqual([{ type: 'ENTRY_IGNORED', state: 'OUTSIDE', event: 'RANGED' }]);
    expect(station.state).toBe('OUTSIDE');
    expect(raise('ACCESS')).toEqual([{ type: 'ENTRY', state: 'SYNCHRONIZATION', event: 'ACCESS' }]);
  });
  it('takes a service that is wanted later', () => {
    const { station, log } = serving();
    log.length = 0;
    expect(station.want('sport', 0).at(-1)).toEqual({ type: 'SERVICE', service: 'sport', state: 'KEYS' });
    expect(log).toEqual(['S90 sport']);
    expect([station.mayRequestKeys('sport'), station.mayCarry('sport')]).toEqual([true, false]);
  });
});

describe('the way out', () => {
  const down = ['not S100 news', 'not S100 alerts', 'not S90 news', 'not S90 alerts', 'not S60', 'wipe'];
  it.each([
    ['leaving', 'LEAVE', 'OUTSIDE'],
    ['losing synchronisation', 'SYNC_LOST', 'SYNCHRONIZATION'],
  ] as const)('%s closes traffic, then keys, then authorization, and wipes', (_, event, state) => {
    const { station, log, raise } = serving();
    log.length = 0;
    raise(event);
    expect(log).toEqual(down);
    expect(station.state).toBe(state);
    expect(station.mayRequestKeys('news')).toBe(false);
  });
  it('keeps what is known of the TEKs of a pre-shared AK, which comes again', () => {
    const { log, raise } = serving('pre-shared');
    log.length = 0;
    raise('LEAVE');
    expect(log).toEqual(down.slice(0, 4));
  });
  it('falls back to S60 when the authorization is lost, and comes up again', () => {
    const { station, log, raise } = serving();
    log.length = 0;
    raise('AUTHORIZATION_LOST');
    expect([station.state, log]).toEqual(['AUTHENTICATION', down.slice(0, 4)]);
    log.length = 0;
    raise('AUTHORIZED', ...AFTER_AUTHENTICATION);
    expect(log).toEqual(['S90 news', 'S90 alerts']);
  });
  it('closes a connection whose TEKs are gone, and one that is given up', () => {
    const { station, log } = serving();
    log.length = 0;
    station.unkeyed('news', 0);
    expect([station.mayCarry('news'), station.mayRequestKeys('news')]).toEqual([false, true]);
    station.giveUp('alerts', 0);
    station.giveUp('news', 0);
    expect(log).toEqual(['not S100 news', 'not S100 alerts', 'not S90 alerts', 'not S90 news']);
    expect(station.serviceState('news')).toBe('UNWANTED');
  });
});

it('never asks for a key before S80 nor connects before a TEK, and closes everything it opened, whatever the order of events', () => {
  const services = ['a', 'b'];
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.nat(20).map((n) => ({ do: 'next' as const, n })) },
    fc.record({
      do: fc.constant('raise' as const),
      event: fc.constantFrom(...(Object.keys(ENTRY_MACHINE.events) as EntryEvent[])),
    }),
    fc.record({
      do: fc.constantFrom('want' as const, 'giveUp' as const, 'keyed' as const, 'unkeyed' as const),
      service: fc.constantFrom(...services),
    }),
  );
  let carried = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), (steps) => {
      const { station, log } = entry();
      const teks = new Set<string>();
      let up = 0; // steps of the way in that are done
      const way: EntryEvent[] = [...BEFORE_AUTHENTICATION, 'AUTHORIZED', ...AFTER_AUTHENTICATION];
      const open = new Set<string>();
      for (const s of steps) {
        log.length = 0;
        if (s.do === 'next' || s.do === 'raise') {
          const event = s.do === 'next' ? (way[up] ?? 'ACCESS') : s.event;
          if (event === way[up]) up++;
          else if (event === 'LEAVE') up = 0;
          else if (event === 'SYNC_LOST') up = Math.min(up, 1);
          else if (event === 'AUTHORIZATION_LOST') up = Math.min(up, 5);
          station.raise(event, 0);
        } else station[s.do](s.service, 0);
        if (s.do === 'unkeyed' || s.do === 'giveUp') teks.delete(s.service);
        if (s.do === 'keyed') teks.add(s.service);
        for (const line of log) {
          if (/^S(90|100)/.test(line)) {
            expect(up, line).toBe(way.length);
            expect(open.has(line)).toBe(false);
            open.add(line);
          }
          if (line.startsWith('S100')) {
            expect(teks.has(line.slice(5)), line).toBe(true);
            carried++;
          }
          if (line.startsWith('not S') && line !== 'not S60') expect(open.delete(line.slice(4)), line).toBe(true);
          if (line === 'wipe') expect([...open]).toEqual([]);
        }
        if (up < way.length) teks.clear();
        for (const service of services) {
          expect(station.mayRequestKeys(service)).toBe(open.has(`S90 ${service}`));
          expect(station.mayCarry(service)).toBe(open.has(`S100 ${service}`));
        }
      }
    }),
    { seed: 90, numRuns: 400 },
  );
  expect(carried, 'connections that were made').toBeGreaterThan(200);
});
