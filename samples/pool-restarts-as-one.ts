/**
 * A pool that restarts as one.
 *
 *   npm ci && npm run mode-worker -- samples/pool-restarts-as-one.ts
 *
 * Three members share out a job between them, and that only works while all three are of the same generation: when one of
 * them dies, what the other two hold is worth nothing any more. So when one crashes, all of them stop, last first, and then
 * start again in order: one for all.
 */
import { Container, OneForAllSupervisor, Service, service, task } from 'mode-ts';

/** How the members agree with each other. Whoever comes first opens a new generation. */
class Generation {
  private readonly members = new Set<Service>();
  number = 0;

  join(member: Service): number {
    if (this.members.size === 0) this.number += 1;
    this.members.add(member);
    return this.members.size;
  }

  leave(member: Service): void {
    this.members.delete(member);
  }
}

class Member extends Service {
  constructor(
    private readonly number: number,
    private readonly generation: Generation,
  ) {
    super();
  }

  override onStart(): void {
    const place = this.generation.join(this);
    console.log(
      `Member ${String(this.number)} joins generation ${String(this.generation.number)} as number ${String(place)}`,
    );
    // Whatever a start has acquired is given back when the run ends, by a stop as well as by a crash.
    this.defer(() => {
      this.generation.leave(this);
      console.log(`Member ${String(this.number)} leaves`);
    });
  }

  /** The second member has bad luck, twice. */
  @task()
  async work(): Promise<void> {
    await this.sleep('20ms');
    if (this.number === 2 && this.generation.number < 3) throw new Error('Lost its share');
  }
}

/**
 * The supervisor of the pool. In the constructor each service has its place in the order; `this.add()` would take on more of
 * them while it runs.
 */
@service()
class Pool extends OneForAllSupervisor {
  readonly generation: Generation;

  constructor() {
    const generation = new Generation();
    // No jitter, so that this sample says the same each time. Leave it at its default where many programs restart at once.
    super(
      { maxRestarts: 5, over: '1m', backoff: { initial: '50ms', jitter: 0 } },
      ...[1, 2, 3].map((number) => new Member(number, generation)),
    );
    this.generation = generation;
  }

  override onStart(): void {
    console.log(this.explain());
  }
}

/** Depends on the pool, and never notices that its members come and go. Ends the program after a while. */
@service()
class App extends Service {
  constructor(private readonly pool: Pool) {
    super();
  }

  @task()
  async watch(): Promise<void> {
    for await (const _ of this.ticks('20ms')) {
      const { generation, services } = this.pool;
      if (generation.number === 3 && services.every(({ started }) => started)) break;
    }
    if (this.shouldStop) return;
    console.log('Generation 3 is complete');
    // not awaited: the stop waits for this task
    void container.stop();
  }
}

const container = new Container();
container.bind(App).toSelf();

export default container;
