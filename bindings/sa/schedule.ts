// When the TEKs of an SA live. TEK_0 and TEK_1 are made together at t0; each lives L, two overlap by half:
//
//   t0        t0+L/2      t0+L      t0+3L/2     t0+2L
//   |-- TEK_0 --|
//   |------- TEK_1 --------|
//               |------- TEK_2 --------|             made when TEK_0 expires
//                          |------- TEK_3 --------|
//
// TEK_k expires at t0 + (k+1)·L/2 whether or not anyone asks. At any time two are alive: the older seals the downlink,
// the newer the uplink. Everything is a function of t0 and k, so that a late `tick` catches up without a trace.

/** Longest time, in ms, a key opens after it expired: for what was under way. */
const OPENING_GRACE_MAX = 5000;

/** When TEK_k of one SA is born and expires, from t0 (ms) and its lifetime (seconds). */
export class KeySchedule {
  readonly t0: number;
  /** L/2 in ms. */
  readonly half: number;

  /** `lifetime` is L in seconds. */
  constructor(t0: number, lifetime: number) {
    this.t0 = t0;
    this.half = lifetime * 500;
  }

  /** TEK_k is dead from this time on. */
  expiry(k: number): number {
    return this.t0 + (k + 1) * this.half;
  }

  /** The smallest k that is not expired. The division may round a fraction of a millisecond the other way than `expiry`, which decides. */
  older(now: number): number {
    let k = Math.max(0, Math.floor((now - this.t0) / this.half));
    while (this.expiry(k) <= now) k++;
    while (k > 0 && this.expiry(k - 1) > now) k--;
    return k;
  }
}

/** TEK_k's sequence number, sent as EKS. */
export const sequenceOf = (k: number): number => k & 3;

/**
 * A remaining lifetime as the wire tells it: whole seconds, rounded down, at least 1. A clock that counts in fractions of a
 * millisecond must not make 3.9999999999 s of 4 s: L′ would come out two seconds wrong at the SS. Hence the microsecond.
 */
export const wireLifetime = (ms: number): number => Math.max(1, Math.floor((ms + 1e-3) / 1000));

/** How long after expiry a key still opens: min(5 s, L/8), in ms. `lifetime` in ms. */
export const openingGrace = (lifetime: number): number => Math.min(OPENING_GRACE_MAX, lifetime / 8);
