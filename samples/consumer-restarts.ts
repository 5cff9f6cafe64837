/**
 * A consumer that dies and comes back.
 *
 *   npm ci && npm run mode-worker -- samples/consumer-restarts.ts
 *
 * Programs that read from a broker tend to die in silence: the connection breaks, the loop that reads ends with an error, and
 * the rest of the program lives on, looking healthy and doing nothing. Here the loop is a task of a service, so its error
 * crashes the service; and the service is supervised, so it is started again, a little later each time. After too many
 * crashes the supervisor gives up, which ends the program in order, with exit code 1.
 */
import { Container, OneForOneSupervisor, Service, service, task } from 'mode-ts';

/** Stands for a broker in this sample: five orders, and a connection that breaks after the second and the fourth. */
class Broker {
  private delivered = 0;
  private readonly breaks = new Set([2, 4]);

  receive(): number | undefined {
    // each break happens once; a consumer that comes back reads on where the last one stopped
    if (this.breaks.delete(this.delivered)) throw new Error('The connection broke');
    if (this.delivered === 5) return undefined;
    this.delivered += 1;
    return this.delivered;
  }
}

class Consumer extends Service {
  constructor(
    private readonly broker: Broker,
    private readonly handled: (order: number) => void,
  ) {
    super();
  }

  /** In real life: connects. Runs again with every restart. */
  override onStart(): void {
    console.log(
      this.restartCount === 0
        ? 'Consumer: connected'
        : `Consumer: connected again (restart ${String(this.restartCount)})`,
    );
  }

  /** What a task throws crashes its service. There is nothing to catch here. */
  @task()
  async consume(): Promise<void> {
    for (let order = this.broker.receive(); order !== undefined; order = this.broker.receive()) {
      console.log(`Consumer: order ${String(order)}`);
      this.handled(order);
      await this.sleep('10ms');
    }
  }
}

/** Another service of the same supervisor, which never notices: one for one is what it says. */
class Statistics extends Service {
  private orders = 0;

  count(): void {
    this.orders += 1;
  }

  override onStop(): void {
    console.log(`Statistics: ${String(this.orders)} orders, ${String(this.restartCount)} restarts`);
  }
}

/**
 * The supervisor is a service as well: part of the graph, started and stopped in its place there. What it is given are services
 * that are made by hand; a service of the graph itself is restarted by `@service({ restart: {} })` instead, together with
 * what depends on it.
 */
@service()
class Consumers extends OneForOneSupervisor {
  finished!: () => void;
  readonly allHandled = new Promise<void>((resolve) => {
    this.finished = resolve;
  });

  constructor() {
    const statistics = new Statistics();
    const handled = (order: number): void => {
      statistics.count();
      if (order === 5) this.finished();
    };
    // at most three restarts within a minute; the first after 20 ms, the next after 40 ms, and so on
    super(
      { maxRestarts: 3, over: '1m', backoff: { initial: '20ms' } },
      statistics,
      new Consumer(new Broker(), handled),
    );
  }

  override onStart(): void {
    console.log(this.explain());
  }
}

/** Ends the program when there is nothing left to do. Without it, Ctrl-C would. */
@service()
class App extends Service {
  constructor(private readonly consumers: Consumers) {
    super();
  }

  @task()
  async finish(): Promise<void> {
    const { status } = await this.wait(this.consumers.allHandled);
    if (status !== 'done') return;
    console.log('All orders are handled');
    // not awaited: the stop waits for this task
    void container.stop();
  }
}

const container = new Container();
container.bind(App).toSelf();

export default container;
