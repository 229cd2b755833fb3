// The public surface of `tekcast`: Node and browsers, one small dependency.

export type * from './core/types.js';
export { isTekcastError, TekcastError } from './errors.js';
export type { Send, Step, Work, WorkResult } from './step.js';
