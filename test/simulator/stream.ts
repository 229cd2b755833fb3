// Traffic that is not simulated packet by packet. Groups carry streams without a pause: an SS hears its BS several times a second, so its
// silence timer (60 s) never runs out while it can open what it hears. Billions of packets in a month are too many to seal; the simulator
// seals some at interesting moments and holds back the silence timer of stations that hear the stream. When the BS restarts the stream stops: the
// stations are quiet, and their timers run.

import { TekMachine } from '../../bindings/ss/machine.js';

/** Whoever's engine is being called: the engines are synchronous, so there is one at a time. */
export const stream: { listener: { quiet: boolean } | undefined } = { listener: undefined };

const silentAt = Object.getOwnPropertyDescriptor(TekMachine.prototype, 'silentAt')?.get;
if (silentAt === undefined) throw new Error('the TEK machine has no silence timer to hold back');

Object.defineProperty(TekMachine.prototype, 'silentAt', {
  configurable: true,
  get(this: TekMachine): number {
    return stream.listener?.quiet === false ? Number.POSITIVE_INFINITY : (silentAt.call(this) as number);
  },
});
