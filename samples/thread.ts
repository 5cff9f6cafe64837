/**
 * A thread that crunches while the main loop stays free.
 *
 *   npm run mode-worker -- samples/thread.ts
 *
 * JavaScript does one thing at a time: while it counts primes, no timer fires and no request is answered. Unless the counting
 * is done in another thread, which has an event loop of its own:
 *
 *   main thread                      thread of its own
 *   App ──── CruncherThread ··········· Cruncher
 *
 * `CruncherThread` is a service like any other: it starts before `App` and stops after it, it can be injected, supervised and
 * restarted. What it does is to run a `Cruncher` in the thread, and to pass calls on to it.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { Service, service, task, timer } from 'mode-ts';
import { QueueServiceThread } from 'mode-ts/threads';

const LIMIT = Number(process.env['LIMIT'] ?? 2_000_000);

/**
 * The service that does the work. It knows nothing of threads, and could as well run in the main one.
 *
 * The thread loads this file for itself, so it must be exported, and what the file does when it is loaded happens twice.
 */
@service()
export class Cruncher extends Service {
  /** Arguments and results are copied from thread to thread: plain data, no functions. The signal is the exception. */
  async countPrimes(limit: number, signal: AbortSignal): Promise<number> {
    let count = 0;
    for (let n = 2; n < limit; n += 1) {
      if (isPrime(n)) count += 1;
      // A turn for the loop of the thread, now and then, or it could hear of nothing: not that the call was cancelled, nor
      // that the program stops. A thread that does not answer for five seconds counts as blocked, which is a crash.
      if (n % 10_000 === 0) {
        await turn();
        signal.throwIfAborted();
      }
    }
    return count;
  }
}

/** The service that stands for it out here. The type is what makes the calls below know the methods of `Cruncher`. */
@service()
class CruncherThread extends QueueServiceThread<typeof Cruncher> {
  constructor() {
    super({ module: import.meta.url, export: 'Cruncher' });
  }
}

@service()
export default class App extends Service {
  private ticked = 0;
  private crunching = true;

  constructor(private readonly cruncher: CruncherThread) {
    super();
  }

  /** This could not be, were the primes counted in here. */
  @timer('50ms')
  tick(): void {
    if (!this.crunching) return;
    this.ticked += 1;
    console.log('tick');
  }

  /** The signal aborts when the program is told to stop. Passed on with the call, it stops the counting in the thread. */
  @task()
  async crunch(signal: AbortSignal): Promise<void> {
    const count = await this.cruncher.remote.countPrimes(LIMIT, signal);
    this.crunching = false;
    console.log(`There are ${String(count)} primes below ${String(LIMIT)}.`);
    console.log(this.ticked > 1 ? 'The main loop went on all the while.' : 'The main loop stood still.');
  }
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor += 1) if (n % divisor === 0) return false;
  return true;
}
