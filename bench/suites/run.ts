// A benny suite from cases that do the same work: operations per second on the terminal, JSON and CSV in bench/results/.
import benny from 'benny';
import type { Contestant } from '../sizing/paired.js';

export const RESULTS = 'bench/results';

export interface Case {
  readonly name: string;
  /** One operation. */
  readonly run: () => unknown;
}

export interface Suite {
  readonly name: string;
  /** One operation, in words. */
  readonly unit: string;
  readonly cases: readonly Case[];
}

export async function runSuite({ name, unit, cases }: Suite, quick: boolean): Promise<void> {
  const options = quick ? { minSamples: 5, maxTime: 0.2 } : { minSamples: 20, maxTime: 2 };
  const file = name.replace(/\W+/g, '-');
  await benny.suite(
    `${name} (one operation: ${unit})`,
    ...cases.map((c) => benny.add(c.name, c.run, options)),
    benny.cycle(),
    benny.complete(),
    benny.save({ file, folder: RESULTS, format: 'json', details: true }),
    benny.save({ file, folder: RESULTS, format: 'csv' }),
  );
}

/** A contestant as a case: runs until `packets` are done. */
export function caseOf(contestant: Contestant, packets: number): Case {
  const { name } = contestant;
  const first = contestant.run();
  if (typeof first === 'number') {
    const run = () => {
      for (let done = 0; done < packets; ) done += contestant.run() as number;
    };
    return { name, run };
  }
  const run = async () => {
    for (let done = 0; done < packets; ) done += await contestant.run();
  };
  return { name, run };
}
