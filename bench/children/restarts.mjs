/**
 * One service that crashes again and again, as soon as it is back: `<subject> <restarts>`. Sends how many restarts that were per
 * second, how many milliseconds of work there were between two turns of the event loop at worst, and how many bytes of heap more
 * there are afterwards.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { Container, OneForOneSupervisor, Service, service } from 'mode-ts';

const [subject, countText] = process.argv.slice(2);
const count = Number(countText);
const OTHERS = 999;
const WARM_UP = 500;
const policy = { maxRestarts: Infinity, backoff: false };

let back = () => {};

/** The hooks of the service. They tell when it is back. */
class Victim extends Service {
  async onStart() {
    back();
  }
  async onStop() {}
}

class Other extends Service {
  async onStart() {}
  async onStop() {}
}

function others(base) {
  return Array.from({ length: OTHERS }, () => class extends base {});
}

const subjects = {
  /** The limit: the same hooks, called by hand. */
  async limit() {
    const victim = new Victim();
    return {
      async crash() {
        await victim.onStop();
        await victim.onStart();
      },
      isBack: () => true,
    };
  },
  async graph() {
    service({ restart: policy })(Victim);
    const container = new Container();
    const classes = others(Other);
    for (const one of classes) service()(one);
    await container.boot([...classes.slice(0, OTHERS / 2), Victim, ...classes.slice(OTHERS / 2)]);
    return watched(container.get(Victim));
  },
  async supervisor() {
    const victim = new Victim();
    const all = others(Other).map((one) => new one());
    await new OneForOneSupervisor(policy, ...all.slice(0, OTHERS / 2), victim, ...all.slice(OTHERS / 2)).start();
    return watched(victim);
  },
};

function watched(victim) {
  const error = new Error('crashed');
  return { crash: () => victim.crash(error), isBack: () => victim.state === 'running' };
}

async function storm({ crash, isBack }, restarts) {
  for (let n = 0; n < restarts; n++) {
    const started = new Promise((resolve) => (back = resolve));
    await crash();
    await started;
    // its hook has begun; that it is over takes a few promises more
    while (!isBack()) await Promise.resolve();
  }
}

/** Watches how long the processor is busy between two turns of the event loop; what others do with it does not count. */
function watchTurns() {
  const watch = { busiest: 0, over: false };
  const look = async () => {
    while (!watch.over) {
      const before = process.cpuUsage();
      await turn();
      const { user, system } = process.cpuUsage(before);
      watch.busiest = Math.max(watch.busiest, (user + system) / 1000);
    }
  };
  void look();
  return watch;
}

function heap() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

const victim = await subjects[subject]();
await storm(victim, WARM_UP);
await turn();
const before = heap();
const turns = watchTurns();
const t0 = performance.now();
await storm(victim, count);
const ms = performance.now() - t0;
turns.over = true;
await turn();
const value = { perSecond: (count / ms) * 1000, busiest: turns.busiest, heap: heap() - before };
process.send({ value }, () => process.exit(0));
