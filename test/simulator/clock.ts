// A subscriber station's clock: off by up to five seconds, and the error wanders from one end to the other and back within days. It never
// runs backwards. All times in ms.

export const SKEW_MAX = 5000;

export class SkewedClock {
  readonly #amplitude: number;
  readonly #period: number;
  readonly #phase: number;

  /** `amplitude` -1..1 of the largest skew, `period` in ms, `phase` 0..1. */
  constructor(amplitude: number, period: number, phase: number) {
    this.#amplitude = amplitude * SKEW_MAX;
    this.#period = period;
    this.#phase = phase;
  }

  /** What it shows at `time`. */
  local(time: number): number {
    return time + this.skew(time);
  }

  /** When it shows `local`, to within a millisecond. */
  time(local: number): number {
    const guess = local - this.skew(local);
    return local - this.skew(guess);
  }

  /** How much it is ahead: a triangle between the ends. */
  skew(time: number): number {
    const turn = (time / this.#period + this.#phase) % 1;
    return this.#amplitude * (turn < 0.5 ? 4 * turn - 1 : 3 - 4 * turn);
  }
}
