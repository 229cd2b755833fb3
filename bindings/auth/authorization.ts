// The authorization state machine of an SS (802.16 §7.2.4) as a table. Letters and numbers are the standard's: states A to F,
// events 1 to 8. It drives the TEK machines (tek.ts) through four of its actions.
import type { MachineTable } from './fsm.js';

export type AuthState = 'START' | 'AUTH_WAIT' | 'AUTHORIZED' | 'REAUTH_WAIT' | 'AUTH_REJECT_WAIT' | 'SILENT';
export type AuthEvent =
  | 'COMMUNICATION_ESTABLISHED'
  | 'AUTH_REJECT'
  | 'PERM_AUTH_REJECT'
  | 'AUTH_REPLY'
  | 'TIMEOUT'
  | 'GRACE_TIMEOUT'
  | 'AUTH_INVALID'
  | 'REAUTH';
export type AuthAction =
  | 'SEND_INFO'
  | 'SEND_REQUEST'
  | 'REPEAT_REQUEST'
  | 'START_AUTH_WAIT'
  | 'START_REAUTH_WAIT'
  | 'START_REJECT_WAIT'
  | 'CLEAR_RETRY'
  | 'START_GRACE'
  | 'CLEAR_GRACE'
  | 'STORE_AK'
  | 'AUTHORIZE_TEKS'
  | 'PEND_TEKS'
  | 'STOP_TEKS'
  | 'BE_SILENT';

const request = ['SEND_REQUEST', 'START_REAUTH_WAIT'] as const;
const reply = ['CLEAR_RETRY', 'STORE_AK', 'START_GRACE', 'AUTHORIZE_TEKS'] as const;

/** The authorization state machine of an SS (802.16 §7.2.4), printed in docs/STATES.md. */
export const AUTH_MACHINE: MachineTable<AuthState, AuthEvent, AuthAction> = {
  name: 'Authorization',
  start: 'START',
  states: {
    START: 'A Start',
    AUTH_WAIT: 'B Auth Wait',
    AUTHORIZED: 'C Authorized',
    REAUTH_WAIT: 'D Reauth Wait',
    AUTH_REJECT_WAIT: 'E Auth Reject Wait',
    SILENT: 'F Silent',
  },
  events: {
    COMMUNICATION_ESTABLISHED: '1 Communication Established',
    AUTH_REJECT: '2 Auth Reject',
    PERM_AUTH_REJECT: '3 Perm Auth Reject',
    AUTH_REPLY: '4 Auth Reply',
    TIMEOUT: '5 Timeout',
    GRACE_TIMEOUT: '6 Auth Grace Timeout',
    AUTH_INVALID: '7 Auth Invalid',
    REAUTH: '8 Reauth',
  },
  actions: {
    SEND_INFO: 'send an Auth Info',
    SEND_REQUEST: 'send an Auth Request with a new Identifier',
    REPEAT_REQUEST: 'send the same Auth Request again',
    START_AUTH_WAIT: 'start the retry timer with Authorize Wait',
    START_REAUTH_WAIT: 'start the retry timer with Reauthorize Wait',
    START_REJECT_WAIT: 'start the retry timer with Authorize Reject Wait',
    CLEAR_RETRY: 'stop the retry timer; nothing is pending',
    START_GRACE: 'start the grace timer: the AK’s expiry less Authorization Grace',
    CLEAR_GRACE: 'stop the grace timer',
    STORE_AK: 'derive the keys of the new AK; the one before stays until it expires',
    AUTHORIZE_TEKS:
      'TEK machines: Authorized to those of new SAs, Stop to those of SAs that are gone, Auth Comp to those that wait',
    PEND_TEKS: 'Auth Pend to the TEK machine whose request was answered',
    STOP_TEKS: 'Stop to every TEK machine',
    BE_SILENT: 'no request any more, no traffic; management is still answered',
  },
  table: {
    START: {
      COMMUNICATION_ESTABLISHED: { to: 'AUTH_WAIT', does: ['SEND_INFO', 'SEND_REQUEST', 'START_AUTH_WAIT'] },
    },
    AUTH_WAIT: {
      AUTH_REJECT: { to: 'AUTH_REJECT_WAIT', does: ['CLEAR_RETRY', 'START_REJECT_WAIT'] },
      PERM_AUTH_REJECT: { to: 'SILENT', does: ['CLEAR_RETRY', 'STOP_TEKS', 'BE_SILENT'] },
      AUTH_REPLY: { to: 'AUTHORIZED', does: reply },
      TIMEOUT: { to: 'AUTH_WAIT', does: ['SEND_INFO', 'REPEAT_REQUEST', 'START_AUTH_WAIT'] },
    },
    AUTHORIZED: {
      GRACE_TIMEOUT: { to: 'REAUTH_WAIT', does: request },
      AUTH_INVALID: { to: 'REAUTH_WAIT', does: ['CLEAR_GRACE', 'PEND_TEKS', ...request] },
      REAUTH: { to: 'REAUTH_WAIT', does: ['CLEAR_GRACE', ...request] },
    },
    REAUTH_WAIT: {
      AUTH_REJECT: { to: 'AUTH_REJECT_WAIT', does: ['CLEAR_RETRY', 'STOP_TEKS', 'START_REJECT_WAIT'] },
      PERM_AUTH_REJECT: { to: 'SILENT', does: ['CLEAR_RETRY', 'STOP_TEKS', 'BE_SILENT'] },
      AUTH_REPLY: { to: 'AUTHORIZED', does: reply },
      TIMEOUT: { to: 'REAUTH_WAIT', does: ['REPEAT_REQUEST', 'START_REAUTH_WAIT'] },
      AUTH_INVALID: { to: 'REAUTH_WAIT', does: ['PEND_TEKS'] },
    },
    AUTH_REJECT_WAIT: {
      TIMEOUT: { to: 'START', does: [] },
    },
    SILENT: {},
  },
  departures: [
    'Auth Invalid has no digest, so event 7 is raised only if its Identifier is that of a pending Key Request, or 0, and at most once per Reauthorize Wait; with a pre-shared AK never.',
    'Auth Reject has no digest either: it counts only with the Identifier of the pending Auth Request.',
    'After 5-E the communication is still established, so event 1 follows at once.',
  ],
};
