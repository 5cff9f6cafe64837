/**
 * A dependency that crashes and comes back, together with what depends on it. The rest of the program never notices.
 *
 *   npm ci && npm run mode-worker -- samples/supervised-graph.ts --loglevel info
 *
 *   Billing ──── Orders ──── Broker      the connection of the broker breaks once
 *   Website ──── Catalog
 *
 * A service that has lost its connection is no use to those who need it, and they may well hold on to something that was made
 * with the old one. So `restart` restarts along the graph: first Billing stops, then Orders, then the Broker; a moment later
 * they start again, the other way round. Each of them is written as if nothing could ever break.
 */
import { Container, Service, service, task } from 'mode-ts';

/**
 * Stands for the client of a message broker: five orders, and a connection that breaks after the second.
 *
 * `restart: {}` would do. What is said here only makes the sample quick, and the same each time: by default the first wait is
 * 100 ms, and each one up to a fifth longer or shorter, so that what broke together does not come back all at once.
 */
@service({ restart: { backoff: { initial: '50ms', jitter: 0 } } })
class Broker extends Service {
  private delivered = 0;
  private readonly listeners = new Set<(order: number) => void>();

  /** Runs at the first start and at each later one. The object stays the same, and so do its fields. */
  override onStart(): void {
    console.log(this.restartCount === 0 ? 'Broker: connected' : 'Broker: connected again');
  }

  /** What a task throws crashes its service. There is nothing to catch here: who restarts it is no concern of the service. */
  @task()
  async receive(): Promise<void> {
    // `sleep` ends early, and says so, when the service stops
    while (this.delivered < 5 && (await this.sleep('10ms'))) {
      if (this.delivered === 2 && this.restartCount === 0) throw new Error('The connection broke');
      this.delivered += 1;
      for (const listener of this.listeners) listener(this.delivered);
    }
  }

  /** Returns a function that ends it. */
  subscribe(listener: (order: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** Depends on the broker, and so restarts with it. It has no policy: if it crashed by itself, the program would end. */
@service()
class Orders extends Service {
  private readonly all: number[] = [];

  /** Called with each order. */
  arrived: (order: number) => void = () => undefined;

  constructor(private readonly broker: Broker) {
    super();
  }

  override onStart(): void {
    console.log('Orders: listening');
    const unsubscribe = this.broker.subscribe((order) => {
      this.all.push(order);
      this.arrived(order);
    });
    // undone however this run ends; the next run subscribes anew
    this.defer(unsubscribe);
  }

  override onStop(): void {
    // the connection may be gone, but the broker is still there: it stops when nobody needs it any more
    console.log(`Orders: ${String(this.all.length)} so far`);
  }
}

@service()
class Billing extends Service {
  constructor(private readonly orders: Orders) {
    super();
  }

  override onStart(): void {
    console.log('Billing: open');
    this.orders.arrived = (order) => {
      console.log(`Billing: invoice for order ${String(order)}`);
      // Ends the program when there is nothing left to do. Without it, Ctrl-C would. Not awaited: the stop has to wait until
      // we are done here.
      if (order === 5) void container.stop();
    };
  }

  override onStop(): void {
    console.log('Billing: closed');
  }
}

@service()
class Catalog extends Service {}

/** Has nothing to do with the broker, directly or through others, so its crash is none of its business. */
@service()
class Website extends Service {
  constructor(readonly catalog: Catalog) {
    super();
  }

  override onStart(): void {
    console.log('Website: open');
  }

  override onStop(): void {
    console.log(`Website: closed, after ${String(this.restartCount)} restarts`);
  }
}

const container = new Container();
container.bind(Billing).toSelf();
container.bind(Website).toSelf();

// Nobody has to guess what a policy means.
console.log(container.explain(Broker));

export default container;
