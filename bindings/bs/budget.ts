// Who may ask how often. A verified request is charged to its SS. What does not verify names an SS without proof, so it is
// charged to the address it came from and to one global cap, never to the SS.

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
