import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUTH_MACHINE, Fsm, type MachineTable, TEK_MACHINE, transition } from '../../bindings/auth/index.js';
import { AUTH_WORDS, NaiveAuthorization, NaiveTek, TEK_WORDS } from './naive.js';

/** `A` of `A Start`, `5` of `5 Timeout`. */
const first = (words: string) => words.split(' ')[0] ?? '';

function compare<S extends string, E extends string, A extends string>(
  machine: MachineTable<S, E, A>,
  naive: () => { readonly at: string; event(n: number): string[] },
  words: Record<string, string>,
  seed: number,
): void {
  const events = Object.keys(machine.events) as E[];
  const visited = new Set<string>();
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events), { minLength: 1, maxLength: 200, size: 'max' }), (sequence) => {
      const model = naive();
      let did: string[] = [];
      const fsm = new Fsm(machine, (action) => did.push(words[action] ?? action));
      for (const event of sequence) {
        did = [];
        const from = fsm.state;
        const known = fsm.raise(event);
        const expected = model.event(Number(first(machine.events[event])));
        expect(did, `${event} in ${from}`).toEqual(expected);
        expect(first(machine.states[fsm.state]), `${event} in ${from}`).toBe(model.at);
        if (!known) expect([did, fsm.state]).toEqual([[], from]);
        visited.add(`${from} ${event}`);
      }
    }),
    { seed, numRuns: 1000 },
  );
  expect(visited.size, 'every event was tried in every state').toBe(Object.keys(machine.states).length * events.length);
}

describe('table and interpreter against a second, naive one, in random orders of events', () => {
  it('authorization', () => compare(AUTH_MACHINE, () => new NaiveAuthorization(), AUTH_WORDS, 71));
  it('TEK', () => compare(TEK_MACHINE, () => new NaiveTek(), TEK_WORDS, 72));
});

describe('the tables', () => {
  it('have the six states and eight or nine events of the standard', () => {
    const count = (m: { states: object; events: object }) => [m.states, m.events].map((o) => Object.keys(o).length);
    expect(count(AUTH_MACHINE)).toEqual([6, 8]);
    expect(count(TEK_MACHINE)).toEqual([6, 9]);
  });
  it('let no TEK Invalid drop a key, whatever the state', () => {
    for (const state of [
      'START',
      'OP_WAIT',
      'OP_REAUTH_WAIT',
      'OPERATIONAL',
      'REKEY_WAIT',
      'REKEY_REAUTH_WAIT',
    ] as const) {
      expect(transition(TEK_MACHINE, state, 'TEK_INVALID')?.does ?? [], state).not.toContain('DROP_KEYS');
    }
  });
  it('accept a Key Reply in every state that has asked and not been answered, C and F too', () => {
    for (const state of ['OP_WAIT', 'OP_REAUTH_WAIT', 'REKEY_WAIT', 'REKEY_REAUTH_WAIT'] as const) {
      expect(transition(TEK_MACHINE, state, 'KEY_REPLY')?.to, state).toBe('OPERATIONAL');
    }
    for (const state of ['START', 'OPERATIONAL'] as const) {
      expect(transition(TEK_MACHINE, state, 'KEY_REPLY'), state).toBeUndefined();
    }
  });
  it('name every state, event and action, and use each', () => {
    for (const machine of [AUTH_MACHINE, TEK_MACHINE] as unknown as MachineTable<string, string, string>[]) {
      const rows = Object.values(machine.table).flatMap((row) => Object.entries(row));
      expect(new Set(rows.map(([event]) => event))).toEqual(new Set(Object.keys(machine.events)));
      expect(new Set(rows.flatMap(([, t]) => t?.does ?? []))).toEqual(new Set(Object.keys(machine.actions)));
      expect(Object.keys(machine.table)).toEqual(Object.keys(machine.states));
    }
  });
});

describe('the interpreter', () => {
  const two: MachineTable<'OFF' | 'ON', 'PRESS' | 'BREAK', 'CLICK' | 'LIGHT'> = {
    name: 'switch',
    start: 'OFF',
    states: { OFF: 'off', ON: 'on' },
    events: { PRESS: 'pressed', BREAK: 'broken' },
    actions: { CLICK: 'click', LIGHT: 'light' },
    table: {
      OFF: { PRESS: { to: 'ON', does: ['CLICK', 'LIGHT'] } },
      ON: { PRESS: { to: 'OFF', does: ['CLICK'] } },
    },
    departures: [],
  };
  it('finishes a row before an event that the row raised', () => {
    const seen: string[] = [];
    const fsm: Fsm<'OFF' | 'ON', 'PRESS' | 'BREAK', 'CLICK' | 'LIGHT'> = new Fsm(two, (action) => {
      seen.push(`${action} ${fsm.state}`);
      if (seen.length === 1) expect(fsm.raise('PRESS')).toBe(true);
    });
    expect(fsm.raise('PRESS')).toBe(true);
    expect(seen).toEqual(['CLICK ON', 'LIGHT ON', 'CLICK OFF']);
    expect(fsm.raise('BREAK')).toBe(false);
  });
  it('stays usable after an action threw', () => {
    let fail = true;
    const fsm = new Fsm(two, () => {
      if (fail) throw new Error('no light');
    });
    expect(() => fsm.raise('PRESS')).toThrow('no light');
    fail = false;
    expect(fsm.raise('PRESS')).toBe(true);
    expect(fsm.state).toBe('OFF');
  });
});
