// Network entry as the BS sees it (patent Figure 4): one machine for each SS, told by the embedding stack.
//
//   Auth Info, Auth Request   from S60 on
//   Key Request               when S80 is done
//   uplink traffic            when the service has its TEK (S100)
//
// What comes earlier is dropped unread. On the way out the SS's own TEKs and its address go, then its AKs.
import { type EntryEvent, type EntryState, NetworkEntry, type NetworkEntryEvent } from '../entry/index.js';
import { CODE } from '../pkm/index.js';
import type { Subscriber } from './memory.js';

const BEFORE_S60: readonly EntryState[] = [
  'OUTSIDE',
  'SYNCHRONIZATION',
  'UPLINK_PARAMETERS',
  'RANGING',
  'CAPABILITIES',
];

export interface EntranceHooks {
  /** Unicast TEKs and address go. */
  forget(subscriber: Subscriber, now: number): void;
  /** The AKs go. */
  revoke(subscriber: Subscriber, now: number): void;
  event(event: NetworkEntryEvent & { readonly mac: string }): void;
}

export class Entrance {
  readonly #hooks: EntranceHooks;
  readonly #entries = new Map<Subscriber, NetworkEntry>();

  constructor(hooks: EntranceHooks) {
    this.#hooks = hooks;
  }

  raise(subscriber: Subscriber, event: EntryEvent, now: number): void {
    this.#report(subscriber, this.#of(subscriber).raise(event, now));
  }

  /** It is authorized: once at S60; a reauthorization is no news here. */
  authorized(subscriber: Subscriber, now: number): void {
    if (this.#of(subscriber).state === 'AUTHENTICATION') this.raise(subscriber, 'AUTHORIZED', now);
  }

  lost(subscriber: Subscriber, now: number): void {
    if (['REGISTRATION', 'IP_CONNECTION', 'SERVICES'].includes(this.state(subscriber))) {
      this.raise(subscriber, 'AUTHORIZATION_LOST', now);
    }
  }

  state(subscriber: Subscriber): EntryState {
    return this.#of(subscriber).state;
  }

  /** May a PKM message of this code come now? */
  admits(subscriber: Subscriber, code: number | undefined): boolean {
    const state = this.state(subscriber);
    const authorization = code === CODE.authInfo || code === CODE.authRequest;
    return authorization ? !BEFORE_S60.includes(state) : state === 'SERVICES';
  }

  carries(subscriber: Subscriber): boolean {
    return this.#of(subscriber).mayCarry(nameOf(subscriber));
  }

  /** After each message: has its unicast service keys by now? */
  follow(subscriber: Subscriber, now: number): void {
    const entry = this.#of(subscriber);
    const keyed = subscriber.unicast.sa.newer(now) !== undefined;
    if (keyed !== entry.mayCarry(nameOf(subscriber))) {
      const name = nameOf(subscriber);
      this.#report(subscriber, keyed ? entry.keyed(name, now) : entry.unkeyed(name, now));
    }
  }

  #of(subscriber: Subscriber): NetworkEntry {
    const known = this.#entries.get(subscriber);
    if (known !== undefined) return known;
    const nothing = () => undefined;
    const entry = new NetworkEntry({
      authentication: subscriber.preShared ? 'pre-shared' : 'pkm',
      hooks: {
        beginAuthentication: nothing,
        endAuthentication: (now) => this.#hooks.revoke(subscriber, now),
        beginKeys: nothing,
        endKeys: (_, now) => this.#hooks.forget(subscriber, now),
        connect: nothing,
        disconnect: nothing,
        wipe: nothing, // a TEK of the BS leaves nothing behind in the vault when it is erased
      },
    });
    entry.want(nameOf(subscriber), 0);
    this.#entries.set(subscriber, entry);
    return entry;
  }

  #report({ mac }: Subscriber, events: readonly NetworkEntryEvent[]): void {
    for (const event of events) this.#hooks.event({ ...event, mac });
  }
}

/** Its unicast service; services of many have no connection that belongs to one SS. */
const nameOf = ({ basicCid }: Subscriber): string => `SAID ${basicCid}`;
