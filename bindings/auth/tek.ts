// The TEK state machine of an SS (802.16 §7.2.5) as a table: six states, nine events, one machine per service type and group ID.
// Letters and numbers are the standard's. B and C hold no keys; D, E and F do.
import type { MachineTable } from './fsm.js';

export type TekState = 'START' | 'OP_WAIT' | 'OP_REAUTH_WAIT' | 'OPERATIONAL' | 'REKEY_WAIT' | 'REKEY_REAUTH_WAIT';
export type TekEvent =
  | 'STOP'
  | 'AUTHORIZED'
  | 'AUTH_PEND'
  | 'AUTH_COMP'
  | 'TEK_INVALID'
  | 'TIMEOUT'
  | 'REFRESH'
  | 'KEY_REPLY'
  | 'KEY_REJECT';
export type TekAction =
  | 'REQUEST'
  | 'REPEAT'
  | 'START_OP_WAIT'
  | 'START_REKEY_WAIT'
  | 'CLEAR_RETRY'
  | 'INSTALL'
  | 'START_REFRESH'
  | 'CLEAR_REFRESH'
  | 'DROP_KEYS';

const ask = ['REQUEST', 'START_OP_WAIT'] as const;
const askAgain = ['REQUEST', 'START_REKEY_WAIT'] as const;
const install = ['INSTALL', 'START_REFRESH'] as const;

/** The TEK state machine of an SS, one for each service (802.16 §7.2.5), printed in docs/STATES.md. */
export const TEK_MACHINE: MachineTable<TekState, TekEvent, TekAction> = {
  name: 'TEK',
  start: 'START',
  states: {
    START: 'A Start',
    OP_WAIT: 'B Op Wait',
    OP_REAUTH_WAIT: 'C Op Reauth Wait',
    OPERATIONAL: 'D Operational',
    REKEY_WAIT: 'E Rekey Wait',
    REKEY_REAUTH_WAIT: 'F Rekey Reauth Wait',
  },
  events: {
    STOP: '1 Stop',
    AUTHORIZED: '2 Authorized',
    AUTH_PEND: '3 Auth Pend',
    AUTH_COMP: '4 Auth Comp',
    TEK_INVALID: '5 TEK Invalid',
    TIMEOUT: '6 Timeout',
    REFRESH: '7 TEK Refresh Timeout',
    KEY_REPLY: '8 Key Reply',
    KEY_REJECT: '9 Key Reject',
  },
  actions: {
    REQUEST: 'send a Key Request with a new Identifier',
    REPEAT: 'send the Key Request again, the Identifier unchanged',
    START_OP_WAIT: 'start the retry timer with Operational Wait',
    START_REKEY_WAIT: 'start the retry timer with Rekey Wait',
    CLEAR_RETRY: 'stop the retry timer',
    INSTALL: 'install both TEKs, all or nothing',
    START_REFRESH: 'start the refresh timer: the newer TEK’s expiry less TEK Grace',
    CLEAR_REFRESH: 'stop the refresh timer',
    DROP_KEYS: 'erase the TEKs',
  },
  table: {
    START: {
      AUTHORIZED: { to: 'OP_WAIT', does: ask },
    },
    OP_WAIT: {
      STOP: { to: 'START', does: ['CLEAR_RETRY'] },
      AUTH_PEND: { to: 'OP_REAUTH_WAIT', does: ['CLEAR_RETRY'] },
      TIMEOUT: { to: 'OP_WAIT', does: ['REPEAT', 'START_OP_WAIT'] },
      KEY_REPLY: { to: 'OPERATIONAL', does: ['CLEAR_RETRY', ...install] },
      KEY_REJECT: { to: 'START', does: ['CLEAR_RETRY'] },
    },
    OP_REAUTH_WAIT: {
      STOP: { to: 'START', does: [] },
      AUTH_COMP: { to: 'OP_WAIT', does: ask },
      KEY_REPLY: { to: 'OPERATIONAL', does: install },
    },
    OPERATIONAL: {
      STOP: { to: 'START', does: ['CLEAR_REFRESH', 'DROP_KEYS'] },
      TEK_INVALID: { to: 'REKEY_WAIT', does: ['CLEAR_REFRESH', ...askAgain] },
      REFRESH: { to: 'REKEY_WAIT', does: askAgain },
    },
    REKEY_WAIT: {
      STOP: { to: 'START', does: ['CLEAR_RETRY', 'DROP_KEYS'] },
      AUTH_PEND: { to: 'REKEY_REAUTH_WAIT', does: ['CLEAR_RETRY'] },
      TIMEOUT: { to: 'REKEY_WAIT', does: ['REPEAT', 'START_REKEY_WAIT'] },
      KEY_REPLY: { to: 'OPERATIONAL', does: ['CLEAR_RETRY', ...install] },
      KEY_REJECT: { to: 'START', does: ['CLEAR_RETRY', 'DROP_KEYS'] },
    },
    REKEY_REAUTH_WAIT: {
      STOP: { to: 'START', does: ['DROP_KEYS'] },
      AUTH_COMP: { to: 'REKEY_WAIT', does: askAgain },
      KEY_REPLY: { to: 'OPERATIONAL', does: install },
    },
  },
  departures: [
    'TEK Invalid drops no key: it can be replayed, and the reply would install keys again under which PNs were used. So 5-D leads to E, which holds keys, and not to B; in E and F, where a request is pending or about to be, it changes nothing.',
    'Auth Pend stops the retry timer but cancels no request: a Key Reply whose digest verifies is accepted in C and F too.',
    'After 5-D the refresh stays due when it was, since the keys have not changed.',
    'Key Reject 0, no information, is no verdict: where there are keys it ends the request as event 8 does, and installs nothing.',
    'A new AK brings new unicast TEKs at its first use: event 5 to the unicast machine, then event 4 to all that wait.',
  ],
};
