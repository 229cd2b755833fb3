// What an SS has stored once never falls: PN leases, receive marks, freshness.
import type { SsState } from '../../bindings/ss/types.js';

/** Which mark of `next` lies below that of `before`; undefined if none does. */
export function markFell(before: SsState, next: SsState): string | undefined {
  if (BigInt(next.freshness) < BigInt(before.freshness)) return 'freshness';
  for (const service of before.services) {
    const same = next.services.find(
      ({ serviceType, groupId }) => serviceType === service.serviceType && groupId === service.groupId,
    );
    for (const tek of service.teks) {
      const now = same?.teks.find(({ wrapped }) => wrapped === tek.wrapped);
      if (now === undefined) continue;
      if (now.openFrom < tek.openFrom) return `SAID ${service.said} TEK ${tek.sequence}: receive mark`;
      if (tek.sealFrom === null ? now.sealFrom !== null : (now.sealFrom ?? Number.POSITIVE_INFINITY) < tek.sealFrom)
        return `SAID ${service.said} TEK ${tek.sequence}: lease`;
    }
  }
  return undefined;
}
