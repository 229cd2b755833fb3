// A progress bar for a terminal; a line at every quarter elsewhere. On standard error, out of the way of results.
import { paints } from '../output.js';

const WIDTH = 32;
const REDRAW_MS = 100;

export class ProgressBar {
  readonly #out = process.stderr;
  readonly #paint = paints(process.stderr);
  readonly #label: string;
  readonly #total: number;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #quarter = 0;

  constructor(label: string, total: number) {
    this.#label = label;
    this.#total = total;
  }

  update(done: number, note: string): void {
    const part = this.#total === 0 ? 1 : Math.min(1, done / this.#total);
    if (!this.#out.isTTY) {
      const quarter = Math.floor(part * 4);
      if (quarter > this.#quarter) this.#out.write(`${this.#label} ${quarter * 25} %  ${note}\n`);
      this.#quarter = Math.max(quarter, this.#quarter);
      return;
    }
    const now = performance.now();
    if (now - this.#drawnAt < REDRAW_MS && part < 1) return;
    this.#drawnAt = now;
    const full = Math.round(part * WIDTH);
    const bar = `${this.#paint.green('━'.repeat(full))}${this.#paint.dim('━'.repeat(WIDTH - full))}`;
    this.#out.write(
      `\r\x1b[2K  ${this.#label} ${bar} ${String(Math.floor(part * 100)).padStart(3)} %  ${this.#paint.dim(note)}`,
    );
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.#out.isTTY) this.#out.write('\r\x1b[2K');
  }
}
