// Group rekeying: who gets new TEKs, when, how fast, and when enough have them. It knows neither messages nor keys; the stations lend it
// their members and services.
export { type KeyAge, worstAge } from './age.js';
export { Pace } from './pace.js';
export { Round, type RoundOptions, type Verdict } from './round.js';
export { type Turn, Turns } from './turns.js';
