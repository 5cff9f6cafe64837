/** Sixty ticks of 100 ms with a callback that is busy for 20 ms: `<contestant>`. Sends how late each tick was. */
const INTERVAL = 100;
const BUSY = 20;
const TICKS = 60;

const late = [];
let origin;

const starters = {
  /** The limit: every call set for a time counted from the first one. */
  limit() {
    let k = 0;
    const next = () => setTimeout(() => (tick(), next()), origin + ++k * INTERVAL - performance.now());
    origin = performance.now();
    next();
  },
  setInterval() {
    origin = performance.now();
    setInterval(tick, INTERVAL);
  },
  async ours() {
    const { Container, Service, service, timer } = await import('mode-ts');
    class Ticker extends Service {
      tick() {
        tick();
      }
      onStarted() {
        // The timers have just begun.
        origin = performance.now();
      }
    }
    timer(`${INTERVAL}ms`)(Ticker.prototype, 'tick', Object.getOwnPropertyDescriptor(Ticker.prototype, 'tick'));
    service()(Ticker);
    await new Container().boot(Ticker);
  },
  async effect() {
    const { Effect, Schedule } = await import('effect');
    const call = Effect.sync(() => {
      // `repeat` calls once at the beginning, then on the schedule.
      if (origin !== undefined) return tick();
      origin = performance.now();
      beBusy(origin);
    });
    Effect.runFork(Effect.repeat(call, Schedule.fixed(INTERVAL)));
  },
};

await starters[process.argv[2]]();

function tick() {
  const now = performance.now();
  late.push(now - (origin + (late.length + 1) * INTERVAL));
  if (late.length === TICKS) {
    process.send({ value: { last: late.at(-1), worst: Math.max(...late) } }, () => process.exit(0));
  }
  beBusy(now);
}

function beBusy(since) {
  while (performance.now() - since < BUSY);
}
