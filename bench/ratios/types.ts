// A group of rows of `npm run bench`: what is measured, and how the rows come about.
import type { Field } from '../contenders/index.js';
import type { PairedOptions } from '../sizing/paired.js';
import type { Row } from '../sizing/row.js';

export interface Context extends PairedOptions {
  readonly field: Field;
  /** Runs of `openssl speed`, one second each; 0 for none. */
  readonly openssl: number;
}

export interface Measurement {
  readonly title: string;
  rows(context: Context): AsyncIterable<Row>;
}
