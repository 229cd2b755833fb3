// Units of virtual time (ms), and how long what may take.
export const SECOND = 1000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** When a run begins. */
export const START = 1000;
/** Replay window of every station, in PDUs. */
export const WINDOW = 64;

/** How long recovery may take: requests double their distance up to a minute, and a third of the exchanges gets lost. */
export const RECOVERY_MS = 15 * MINUTE;
/** What arrives this late may find its key gone (802.16 gives no bound; opening goes on for 5 s after expiry). */
export const LATE_MS = 4 * SECOND;
/** An evicted SS must not decrypt after this. */
export const EVICTION_MS = 30 * SECOND;
/** A rekey that was wanted while its service was held begins within this of the release. */
export const RELEASE_MS = 30 * SECOND;
