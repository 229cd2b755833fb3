// Who wants to be called when, out of a fixed set: a binary heap of places. A time that came nearer has to be told (`sooner`); one that moved
// away need not be: it is read again when its old time has come to the top. So `next` is exact, and costs little although nearly nothing is due.
export class Agenda<T> {
  readonly #items: readonly T[];
  readonly #places: ReadonlyMap<T, number>;
  readonly #wakeOf: (item: T) => number;
  /** By place: a time that is never later than the item's own. */
  readonly #times: Float64Array;
  /** Places, the nearest first; and where in it each stands. */
  readonly #heap: Uint32Array;
  readonly #at: Uint32Array;

  /** `wakeOf` tells an item's own time; infinite for none. */
  constructor(items: Iterable<T>, wakeOf: (item: T) => number) {
    this.#items = [...items];
    this.#places = new Map(this.#items.map((item, place) => [item, place]));
    this.#wakeOf = wakeOf;
    const { length } = this.#items;
    this.#times = new Float64Array(length).fill(Number.POSITIVE_INFINITY);
    this.#heap = Uint32Array.from({ length }, (_, place) => place);
    this.#at = this.#heap.slice();
  }

  /** An item's time may have come nearer. */
  sooner(item: T): void {
    const place = this.#places.get(item);
    const time = this.#wakeOf(item);
    if (place === undefined || time >= this.#time(place)) return;
    this.#times[place] = time;
    this.#rise(place);
  }

  /** The nearest time of all. */
  next(): number {
    for (;;) {
      const place = this.#heap[0];
      if (place === undefined) return Number.POSITIVE_INFINITY;
      const noted = this.#time(place);
      const time = this.#wakeOf(this.#items[place] as T);
      if (time <= noted) return noted;
      this.#times[place] = time;
      this.#sink(place);
    }
  }

  /** What is due, in the order of the set; it is off the agenda until `sooner` puts it back. */
  take(now: number): T[] {
    const due: number[] = [];
    while (this.next() <= now) {
      const place = this.#heap[0] as number;
      due.push(place);
      this.#times[place] = Number.POSITIVE_INFINITY;
      this.#sink(place);
    }
    return due.sort((a, b) => a - b).map((place) => this.#items[place] as T);
  }

  #time(place: number): number {
    return this.#times[place] as number;
  }

  #rise(place: number): void {
    const time = this.#time(place);
    let at = this.#at[place] as number;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = this.#heap[parent] as number;
      if (this.#time(other) <= time) break;
      this.#put(other, at);
      at = parent;
    }
    this.#put(place, at);
  }

  #sink(place: number): void {
    const time = this.#time(place);
    const { length } = this.#heap;
    let at = this.#at[place] as number;
    for (let child = 2 * at + 1; child < length; child = 2 * at + 1) {
      const [left, right] = [this.#heap[child] as number, this.#heap[child + 1]];
      const nearer = right !== undefined && this.#time(right) < this.#time(left) ? right : left;
      if (this.#time(nearer) >= time) break;
      at = this.#at[nearer] as number;
      this.#put(nearer, (at - 1) >> 1);
    }
    this.#put(place, at);
  }

  #put(place: number, at: number): void {
    this.#heap[at] = place;
    this.#at[place] = at;
  }
}
