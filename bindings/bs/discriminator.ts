// Block 230 of the patent's Figure 10: may a TEK be generated for this subscriber and this service (patent ¶92)?
// SAID, then service type, then group, then provider; the first that fails names the error.
import type { KeyRequestFields } from '../pkm/index.js';
import { SERVICE } from '../pkm/index.js';
import type { BsService, Memory, Subscriber } from './memory.js';
import type { Analysis, Discrimination, KeyRejectError } from './types.js';

export interface Decision {
  readonly discrimination: Discrimination;
  /** Present if accepted. */
  readonly service: BsService | undefined;
}

export function discriminate(
  fields: KeyRequestFields,
  analysis: Analysis,
  subscriber: Subscriber,
  memory: Memory,
  provider: string,
): Decision {
  if (fields.said.state !== 'present' || fields.said.value !== subscriber.basicCid) return rejected(2);
  switch (analysis.serviceType) {
    case SERVICE.unicast:
      return decide(subscriber, subscriber.unicast);
    case SERVICE.multicast: {
      const service = analysis.groupId === undefined ? undefined : memory.byGroup.get(analysis.groupId);
      // `groups` alone decides, whatever the provider: roaming.
      if (service === undefined || !subscriber.groups.has(analysis.groupId as number)) return rejected(8);
      return decide(subscriber, service);
    }
    case SERVICE.broadcast:
      if (memory.broadcast === undefined) return rejected(7);
      if (subscriber.provider !== provider) return rejected(2);
      return decide(subscriber, memory.broadcast);
    default:
      return rejected(7);
  }
}

function decide(subscriber: Subscriber, service: BsService): Decision {
  if (subscriber.removed.has(service.sa.said)) return rejected(ifRemoved(service));
  return { discrimination: { accepted: true, said: service.sa.said }, service };
}

/** The error for a service that was taken away from an SS: not offered, not allowed, or not authorized for the SAID. */
export function ifRemoved({ sa }: BsService): KeyRejectError {
  if (sa.serviceType === SERVICE.unicast) return 7;
  return sa.serviceType === SERVICE.multicast ? 8 : 2;
}

function rejected(error: KeyRejectError): Decision {
  return { discrimination: { accepted: false, error }, service: undefined };
}

/** Whether a service is meant for a subscriber: the same question without a request. */
export function mayHave(subscriber: Subscriber, service: BsService, provider: string): boolean {
  const { said, serviceType, groupId } = service.sa;
  if (subscriber.removed.has(said)) return false;
  if (service.owner !== undefined) return service.owner === subscriber;
  return serviceType === SERVICE.multicast
    ? subscriber.groups.has(groupId as number)
    : subscriber.provider === provider;
}
