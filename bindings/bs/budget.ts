// Who may ask how often. A verified request is charged to its SS. What does not verify names an SS without proof, so it is
// charged to the address it came from and to one global cap, never to the SS.
//
// An address that has used up its budget is not worth an HMAC. But addresses can be forged, also that of an SS that means well:
//
//   from the SS's bound address   looked at, whatever came from there before: whoever floods it costs HMACs, and keeps nobody out
//   from another                  looked at as far as the reserve of the SS on whose connection it comes goes. What verifies costs no reserve,
//                                 so a flood that names another SS keeps nobody out, and one that names this SS some, until it is bound

/** A token bucket: `burst` at once, `perSecond` in the long run. */
export class Bucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  take(now: number): boolean {
    this.#refill(now);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  empty(now: number): boolean {
    this.#refill(now);
    return this.#tokens < 1;
  }

  full(now: number): boolean {
    this.#refill(now);
    return this.#tokens >= this.#burst;
  }

  #refill(now: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + (Math.max(0, now - this.#at) * this.#perSecond) / 1000);
    this.#at = now;
  }
}

/** An SS's reserve: requests a second, and at most saved up. Each SS costs no more HMACs than that for sources that are used up. */
const RESERVE_PER_SECOND = 50;
const RESERVE_MAX = 50;

/** Looks of the reserve come at random times: whoever floods cannot be there just in time for each. */
export class Reserve {
  readonly #random: () => number;
  #looks = RESERVE_MAX;
  #nextAt: number;

  /** `random`: 0 ≤ x < 1. */
  constructor(random: () => number, now: number) {
    this.#random = random;
    this.#nextAt = now;
  }

  take(now: number): boolean {
    while (this.#looks < RESERVE_MAX && now >= this.#nextAt) {
      this.#looks++;
      this.#nextAt += (2000 / RESERVE_PER_SECOND) * this.#random();
    }
    if (this.#looks === RESERVE_MAX) this.#nextAt = now;
    if (this.#looks === 0) return false;
    this.#looks--;
    return true;
  }

  /** What was taken was not needed: the request verified. */
  giveBack(): void {
    this.#looks++;
  }
}

/** The global cap is this many times an SS's budget. */
const GLOBAL_FACTOR = 10;
/** Source addresses remembered; beyond that the ones seen longest ago go. */
const SOURCES = 4096;

/** Charges for what did not verify. */
export class Unverified {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #sources = new Map<string, Bucket>();
  #global: Bucket | undefined;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** True when this source has used up its budget: its requests need not be verified any more. */
  exhausted(source: string, now: number): boolean {
    return this.#sources.get(source)?.empty(now) === true;
  }

  /** False when it must not be answered. */
  charge(source: string, now: number): boolean {
    this.#global ??= new Bucket(this.#perSecond * GLOBAL_FACTOR, this.#burst * GLOBAL_FACTOR, now);
    const bucket = this.#sources.get(source) ?? new Bucket(this.#perSecond, this.#burst, now);
    this.#sources.delete(source); // a Map keeps the order of insertion: the last used stands last
    this.#sources.set(source, bucket);
    if (this.#sources.size > SOURCES) this.#sources.delete(this.#sources.keys().next().value as string);
    const ofSource = bucket.take(now);
    const ofAll = this.#global.take(now);
    return ofSource && ofAll;
  }
}
