import type { Carrier, Engine, Step, Work, WorkHandlers } from 'tekcast';

export function runEngine<E, W extends Work>(
  engine: Engine<E, W>,
  carrier: Carrier,
  options: { work?: WorkHandlers<W>; onEvent: (event: E) => void },
): { apply(step: Step<E, W>): void; flush(): void; stop(): void } {
  let cancel = () => {};
  let stopped = false;
  const apply = (step: Step<E, W>) => {
    for (const { to, bytes } of step.send) carrier.send(to, bytes);
    for (const event of step.events) options.onEvent(event);
    for (const work of step.work) {
      const handler = options.work?.[work.kind as W['kind']] as ((input: unknown) => unknown) | undefined;
      Promise.resolve()
        .then(() => handler?.(work.input))
        .then(
          (value) => !stopped && apply(engine.complete(work.id, { ok: true, value }, carrier.now())),
          (e) => !stopped && apply(engine.complete(work.id, { ok: false, error: String(e) }, carrier.now())),
        );
    }
    cancel();
    if (stopped || step.wakeAt === undefined) return;
    cancel = carrier.setTimer(Math.max(0, step.wakeAt - carrier.now()), () => apply(engine.tick(carrier.now())));
  };
  carrier.onDatagram((bytes, from) => {
    if (!stopped) apply(engine.receive(bytes, from, carrier.now()));
  });
  return {
    apply,
    flush: () => apply(engine.flush(carrier.now())),
    stop: () => {
      stopped = true;
      cancel();
    },
  };
}
