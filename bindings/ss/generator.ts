// Block 110 of the patent's Figure 10: generates Key Requests. The SAID is the primary one; service type and group ID select the SA (patent ¶68).
import type { KeyRequest } from '../pkm/index.js';
import { SERVICE } from '../pkm/index.js';
import type { SsSettings } from './options.js';

/** The body of a Key Request for a service. */
export function generateRequest(
  { identity }: SsSettings,
  service: { readonly serviceType: number; readonly groupId: number | undefined },
  identifier: number,
  akSequence: number,
  freshness: bigint | undefined,
): KeyRequest {
  const { serviceType, groupId } = service;
  const grouped = serviceType === SERVICE.multicast && groupId !== undefined;
  return {
    identifier,
    akSequence,
    said: identity.basicCid,
    serviceType,
    ...(grouped && { groupId }),
    ...(freshness !== undefined && { freshness }),
  };
}

/** Values of attribute 158: the clock's, but strictly rising whatever the clock does. */
export class Freshness {
  readonly #clock: (() => bigint) | undefined;
  last = 0n;

  constructor(clock: (() => bigint) | undefined) {
    this.#clock = clock;
  }

  /** Undefined if 158 is not sent. */
  next(): bigint | undefined {
    if (this.#clock === undefined) return undefined;
    const time = this.#clock();
    this.last = time > this.last ? time : this.last + 1n;
    return this.last;
  }
}

/** Identifiers: one counter per SS over all its machines, the first at random. */
export class Identifiers {
  #next: number;

  constructor(first: number) {
    this.#next = first;
  }

  /** The next one that no request is pending under. */
  take(pending: (identifier: number) => boolean): number {
    for (let tries = 0; tries < 256 && pending(this.#next); tries++) this.#next = (this.#next + 1) & 0xff;
    const taken = this.#next;
    this.#next = (taken + 1) & 0xff;
    return taken;
  }
}
