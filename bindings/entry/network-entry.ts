// Runs the machines of machines.ts for one SS. State: how far entry has come, and for each service whether it is wanted, gets its keys
// or carries traffic. A service that is wanted stays so while entry falls back, and goes on by itself once S80 is done again.
//
// Seam. The station raises what happens to it; hooks tell it what to do, in the order in which to do it. It asks `mayRequestKeys` before a
// Key Request is sent or answered and `mayCarry` before traffic is. The SS answers BEGIN/END_AUTHENTICATION by `start`/`stop` of its
// Applicant and raises AUTHORIZED at the first `authorized`, AUTHORIZATION_LOST at `stop`; the BS raises AUTHORIZED and
// AUTHORIZATION_LOST at `authorized` and `lost` of its Authorizer. `keyed` and `unkeyed` follow the service's TEKs.
import { Fsm } from '../auth/fsm.js';
import {
  ENTRY_MACHINE,
  type EntryAction,
  type EntryEvent,
  type EntryState,
  SERVICE_MACHINE,
  type ServiceAction,
  type ServiceEvent,
  type ServiceState,
} from './machines.js';

/** What to do; `service` is the name that `want` was given. Called in order; on the way down S100 before S90 before S60. */
export interface EntryHooks {
  beginAuthentication(now: number): void;
  endAuthentication(now: number): void;
  beginKeys(service: string, now: number): void;
  endKeys(service: string, now: number): void;
  connect(service: string, now: number): void;
  disconnect(service: string, now: number): void;
  /** Every key of this SS goes, tombstones too. Not called with a pre-shared AK: it outlives this entry, and so must what is known of its TEKs. */
  wipe(now: number): void;
}

export interface NetworkEntryOptions {
  readonly hooks: EntryHooks;
  /** `pre-shared`: S60 is passed at once; `beginAuthentication`, `endAuthentication` and `wipe` are never called. */
  readonly authentication: 'pkm' | 'pre-shared';
}

/** What it reports: a step taken, an event out of place, a service's keys or traffic begun or ended. */
export type NetworkEntryEvent =
  | { readonly type: 'ENTRY'; readonly state: EntryState; readonly event: EntryEvent }
  /** It has no place in this state; nothing happened. */
  | { readonly type: 'ENTRY_IGNORED'; readonly state: EntryState; readonly event: EntryEvent }
  | { readonly type: 'SERVICE'; readonly service: string; readonly state: ServiceState };

type Service = Fsm<ServiceState, ServiceEvent, ServiceAction>;

/** What the embedding stack raises before S60 and between S60 and S90, in order: for carriers that stand in for a radio. */
export const BEFORE_AUTHENTICATION: readonly EntryEvent[] = [
  'ACCESS',
  'SYNCHRONIZED',
  'UPLINK_ACQUIRED',
  'RANGED',
  'NEGOTIATED',
];
/** The same between S60 and S90. */
export const AFTER_AUTHENTICATION: readonly EntryEvent[] = ['REGISTERED', 'IP_CONNECTED'];

/** Network entry of one SS and its services: which state, what comes next, what ends with it. */
export class NetworkEntry {
  readonly #options: NetworkEntryOptions;
  readonly #entry: Fsm<EntryState, EntryEvent, EntryAction>;
  readonly #services = new Map<string, Service>();
  #events: NetworkEntryEvent[] = [];
  #now = 0;

  constructor(options: NetworkEntryOptions) {
    this.#options = options;
    this.#entry = new Fsm(ENTRY_MACHINE, (action) => this.#perform(action));
  }

  get state(): EntryState {
    return this.#entry.state;
  }

  /** S80 is done and this service is wanted: a Key Request for it may be sent (BS: answered). */
  mayRequestKeys(service: string): boolean {
    const state = this.serviceState(service);
    return this.state === 'SERVICES' && (state === 'KEYS' || state === 'TRAFFIC');
  }

  /** S100 is reached: there is a TEK, so there may be traffic. */
  mayCarry(service: string): boolean {
    return this.state === 'SERVICES' && this.serviceState(service) === 'TRAFFIC';
  }

  /** `UNWANTED` for a service that nobody wanted. */
  serviceState(service: string): ServiceState {
    return this.#services.get(service)?.state ?? 'UNWANTED';
  }

  /** Raises what happened. An event out of order is ignored and reported. */
  raise(event: EntryEvent, now: number): readonly NetworkEntryEvent[] {
    this.#now = now;
    const from = this.state;
    if (this.#entry.raise(event)) this.#events.unshift({ type: 'ENTRY', state: this.state, event });
    else this.#events.push({ type: 'ENTRY_IGNORED', state: from, event });
    return this.#take();
  }

  /** Wants a service; its keys are asked for when S80 is done. */
  want(service: string, now: number): readonly NetworkEntryEvent[] {
    if (!this.#services.has(service)) {
      const fsm: Service = new Fsm(SERVICE_MACHINE, (action) => this.#performFor(service, action));
      this.#services.set(service, fsm);
    }
    this.#raiseFor(service, 'WANT', now);
    if (this.state === 'SERVICES') this.#raiseFor(service, 'READY', now);
    return this.#take();
  }

  /** Gives a service up. */
  giveUp(service: string, now: number): readonly NetworkEntryEvent[] {
    this.#raiseFor(service, 'GIVE_UP', now);
    this.#services.delete(service);
    return this.#take();
  }

  /** Its TEKs are there. */
  keyed(service: string, now: number): readonly NetworkEntryEvent[] {
    this.#raiseFor(service, 'KEYED', now);
    return this.#take();
  }

  /** Its TEKs are gone. */
  unkeyed(service: string, now: number): readonly NetworkEntryEvent[] {
    this.#raiseFor(service, 'CLOSE', now);
    return this.#take();
  }

  #perform(action: EntryAction): void {
    const { hooks, authentication } = this.#options;
    switch (action) {
      case 'BEGIN_AUTHENTICATION':
        if (authentication === 'pkm') hooks.beginAuthentication(this.#now);
        else this.#entry.raise('AUTHORIZED'); // runs when this row is done
        break;
      case 'END_AUTHENTICATION':
        if (authentication === 'pkm') hooks.endAuthentication(this.#now);
        break;
      case 'BEGIN_SERVICES':
        this.#all('READY');
        break;
      case 'END_TRAFFIC':
        this.#all('CLOSE');
        break;
      case 'END_KEYS':
        this.#all('SUSPEND');
        break;
      case 'WIPE':
        if (authentication === 'pkm') hooks.wipe(this.#now);
    }
  }

  #performFor(service: string, action: ServiceAction): void {
    const { hooks } = this.#options;
    switch (action) {
      case 'BEGIN_KEYS':
        hooks.beginKeys(service, this.#now);
        break;
      case 'END_KEYS':
        hooks.endKeys(service, this.#now);
        break;
      case 'CONNECT':
        hooks.connect(service, this.#now);
        break;
      case 'DISCONNECT':
        hooks.disconnect(service, this.#now);
    }
  }

  #all(event: ServiceEvent): void {
    for (const service of this.#services.keys()) this.#raiseFor(service, event, this.#now);
  }

  #raiseFor(service: string, event: ServiceEvent, now: number): void {
    this.#now = now;
    const fsm = this.#services.get(service);
    if (fsm?.raise(event)) this.#events.push({ type: 'SERVICE', service, state: fsm.state });
  }

  #take(): readonly NetworkEntryEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
