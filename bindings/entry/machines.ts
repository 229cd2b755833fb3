// Network entry as the patent's Figure 4 draws it (¶53–65), one table for both stations: the SS runs it once, the BS once for each SS.
// A state is the step that is under way. Two tables: entry up to S80, and for each service its keys (S90) and its traffic connection
// (S100). What belongs to the radio and the network is told by the embedding stack; S60 and S90 are this project's own.
//
//   S10 access -> S20 synchronisation -> S30 uplink parameters -> S40 ranging -> S50 capabilities -> S60 authentication
//     -> S70 registration -> S80 IP -> S90 TEK of each service -> S100 its traffic connection
//
// Down again in the reverse order: traffic connections, TEKs, AK.
import type { MachineTable } from '../auth/fsm.js';

/** The step of network entry that is under way; `SERVICES`: S80 is done. */
export type EntryState =
  | 'OUTSIDE'
  | 'SYNCHRONIZATION'
  | 'UPLINK_PARAMETERS'
  | 'RANGING'
  | 'CAPABILITIES'
  | 'AUTHENTICATION'
  | 'REGISTRATION'
  | 'IP_CONNECTION'
  | 'SERVICES';
/** What moves it: told by the embedding stack, but for `AUTHORIZED` and `AUTHORIZATION_LOST` of a station with PKM authorization. */
export type EntryEvent =
  | 'ACCESS'
  | 'SYNCHRONIZED'
  | 'UPLINK_ACQUIRED'
  | 'RANGED'
  | 'NEGOTIATED'
  | 'AUTHORIZED'
  | 'REGISTERED'
  | 'IP_CONNECTED'
  | 'AUTHORIZATION_LOST'
  | 'SYNC_LOST'
  | 'LEAVE';
export type EntryAction =
  | 'BEGIN_AUTHENTICATION'
  | 'END_AUTHENTICATION'
  | 'BEGIN_SERVICES'
  | 'END_TRAFFIC'
  | 'END_KEYS'
  | 'WIPE';

const keyless = ['END_AUTHENTICATION', 'WIPE'] as const;
const serving = ['END_TRAFFIC', 'END_KEYS', ...keyless] as const;
/** Both ways out. */
const out = (does: readonly EntryAction[]) =>
  ({ SYNC_LOST: { to: 'SYNCHRONIZATION', does }, LEAVE: { to: 'OUTSIDE', does } }) as const;

/** Network entry up to S80. */
export const ENTRY_MACHINE: MachineTable<EntryState, EntryEvent, EntryAction> = {
  name: 'Network entry',
  start: 'OUTSIDE',
  states: {
    OUTSIDE: 'S10 Outside',
    SYNCHRONIZATION: 'S20 Synchronization',
    UPLINK_PARAMETERS: 'S30 Uplink parameters',
    RANGING: 'S40 Ranging',
    CAPABILITIES: 'S50 Capabilities',
    AUTHENTICATION: 'S60 Authentication',
    REGISTRATION: 'S70 Registration',
    IP_CONNECTION: 'S80 IP connection',
    SERVICES: 'S90/S100 Services',
  },
  events: {
    ACCESS: 'the SS accesses the BS',
    SYNCHRONIZED: 'downlink synchronised',
    UPLINK_ACQUIRED: 'uplink parameters acquired',
    RANGED: 'initial ranging done',
    NEGOTIATED: 'basic capabilities negotiated',
    AUTHORIZED: 'authorized',
    REGISTERED: 'registered',
    IP_CONNECTED: 'IP connection established',
    AUTHORIZATION_LOST: 'authorization lost',
    SYNC_LOST: 'synchronisation lost',
    LEAVE: 'the SS leaves',
  },
  actions: {
    BEGIN_AUTHENTICATION: 'start the authorization machine (BS: take Auth Requests); with a pre-shared AK: authorized',
    END_AUTHENTICATION: 'stop it; the AK is erased',
    BEGIN_SERVICES: 'S80 is done: S90 begins for every service that is wanted',
    END_TRAFFIC: 'close every traffic connection',
    END_KEYS: 'stop every TEK machine; the TEKs are erased (BS: the unicast ones; group TEKs are others’ too)',
    WIPE: 'forget every key of this SS, tombstones too; with a pre-shared AK they stay, because its TEKs may come again',
  },
  table: {
    OUTSIDE: {
      ACCESS: { to: 'SYNCHRONIZATION', does: [] },
    },
    SYNCHRONIZATION: {
      SYNCHRONIZED: { to: 'UPLINK_PARAMETERS', does: [] },
      LEAVE: { to: 'OUTSIDE', does: [] },
    },
    UPLINK_PARAMETERS: { UPLINK_ACQUIRED: { to: 'RANGING', does: [] }, ...out([]) },
    RANGING: { RANGED: { to: 'CAPABILITIES', does: [] }, ...out([]) },
    CAPABILITIES: { NEGOTIATED: { to: 'AUTHENTICATION', does: ['BEGIN_AUTHENTICATION'] }, ...out([]) },
    AUTHENTICATION: { AUTHORIZED: { to: 'REGISTRATION', does: [] }, ...out(keyless) },
    REGISTRATION: {
      REGISTERED: { to: 'IP_CONNECTION', does: [] },
      AUTHORIZATION_LOST: { to: 'AUTHENTICATION', does: [] },
      ...out(keyless),
    },
    IP_CONNECTION: {
      IP_CONNECTED: { to: 'SERVICES', does: ['BEGIN_SERVICES'] },
      AUTHORIZATION_LOST: { to: 'AUTHENTICATION', does: [] },
      ...out(keyless),
    },
    SERVICES: {
      AUTHORIZATION_LOST: { to: 'AUTHENTICATION', does: ['END_TRAFFIC', 'END_KEYS'] },
      ...out(serving),
    },
  },
  departures: [],
};

export type ServiceState = 'UNWANTED' | 'WANTED' | 'KEYS' | 'TRAFFIC';
export type ServiceEvent = 'WANT' | 'READY' | 'KEYED' | 'CLOSE' | 'SUSPEND' | 'GIVE_UP';
export type ServiceAction = 'BEGIN_KEYS' | 'END_KEYS' | 'CONNECT' | 'DISCONNECT';

/** S90 and S100 of one service. */
export const SERVICE_MACHINE: MachineTable<ServiceState, ServiceEvent, ServiceAction> = {
  name: 'Service',
  start: 'UNWANTED',
  states: {
    UNWANTED: 'Unwanted',
    WANTED: 'Wanted',
    KEYS: 'S90 TEK distribution',
    TRAFFIC: 'S100 Traffic connection',
  },
  events: {
    WANT: 'asked for',
    READY: 'S80 is done',
    KEYED: 'its TEKs are there',
    CLOSE: 'its TEKs are gone, or traffic ends',
    SUSPEND: 'entry falls back before S90',
    GIVE_UP: 'given up',
  },
  actions: {
    BEGIN_KEYS: 'Key Requests may be sent (BS: are answered)',
    END_KEYS: 'no Key Request any more; the TEKs are erased',
    CONNECT: 'establish the traffic connection',
    DISCONNECT: 'close it',
  },
  table: {
    UNWANTED: { WANT: { to: 'WANTED', does: [] } },
    WANTED: {
      READY: { to: 'KEYS', does: ['BEGIN_KEYS'] },
      GIVE_UP: { to: 'UNWANTED', does: [] },
    },
    KEYS: {
      KEYED: { to: 'TRAFFIC', does: ['CONNECT'] },
      SUSPEND: { to: 'WANTED', does: ['END_KEYS'] },
      GIVE_UP: { to: 'UNWANTED', does: ['END_KEYS'] },
    },
    TRAFFIC: {
      CLOSE: { to: 'KEYS', does: ['DISCONNECT'] },
      GIVE_UP: { to: 'UNWANTED', does: ['DISCONNECT', 'END_KEYS'] },
    },
  },
  departures: [],
};
