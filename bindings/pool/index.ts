/**
 * `tekcast/pool`: the batches of `core.traffic` over several workers, each with a core of its own.
 *
 * The core you pass stays home of every TEK. A worker has one on loan: wrapped under a KEK that home shares with that worker alone, with a range
 * of PNs that home burns before the worker learns of it. The KEK's bytes cross JavaScript once, when the worker starts; no TEK ever does.
 */
export { createPool } from './pool.js';
export type * from './types.js';
