// Runs an engine: timers, work, sending.

export { Host, type HostOptions, run } from './host.js';
export { MemoryLeases, MemoryState } from './memory.js';
export type { AnyEngine, Carrier, Engine, EventOf, StepOf, WorkHandlers, WorkOf } from './types.js';
