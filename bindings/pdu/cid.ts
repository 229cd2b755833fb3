// Connection identifiers (802.16 §10.4), constants of the standard only.

/** 1..m are basic CIDs, m+1..2m primary management, for a BS-chosen m; this is the customary one. */
export const BASIC_CID_MAX = 320;

export const CID = {
  initialRanging: 0x0000,
  /** Downlink multicast transport connections, first and last. */
  multicastFirst: 0xfea0,
  multicastLast: 0xfefe,
  /** Adaptive antenna systems. */
  aas: 0xfeff,
  normalMulticast: 0xfffa,
  sleepMulticast: 0xfffb,
  idleMulticast: 0xfffc,
  fragmentableBroadcast: 0xfffd,
  padding: 0xfffe,
  broadcast: 0xffff,
} as const;

/** What a CID is for, in words, given m. */
export function cidName(cid: number, basicCidMax: number = BASIC_CID_MAX): string {
  switch (cid) {
    case CID.initialRanging:
      return 'initial ranging';
    // 0xFEFE closes the multicast range; 0xFEFF is apart from it.
    case CID.aas:
      return 'AAS';
    case CID.normalMulticast:
      return 'normal mode multicast';
    case CID.sleepMulticast:
      return 'sleep mode multicast';
    case CID.idleMulticast:
      return 'idle mode multicast';
    case CID.fragmentableBroadcast:
      return 'fragmentable broadcast';
    case CID.padding:
      return 'padding';
    case CID.broadcast:
      return 'broadcast';
  }
  if (cid <= basicCidMax) return 'basic';
  if (cid <= 2 * basicCidMax) return 'primary management';
  if (cid >= CID.multicastFirst && cid <= CID.multicastLast) return 'multicast transport';
  return cid > CID.multicastLast ? 'reserved' : 'transport';
}
