import { expect, it } from 'vitest';
import { Container, OneForOneSupervisor, Service, service, type LifecycleEvent } from '../../lib/index.js';
import { boom, fail, settle, theatre, thrown } from '../lifecycle/support.js';

class Connection extends Service {
  constructor(readonly host: string) {
    super();
  }
  override get label(): string {
    return `${super.label}(${this.host})`;
  }
}

// Only `label` itself said so; everything that people read had the name of the class.
it('the label that a class gives its instances is what logs, events, errors and the beacon show', async () => {
  const { place, log, states } = theatre();
  const db = place(new Connection('db'));
  expect(
    thrown(() => {
      db.defer(() => undefined);
    }).message,
  ).toMatch(/^Connection\(db\) is idle/);
  await db.start();
  db.log.info('here');
  db.addTask(fail(boom));
  await settle();
  expect([db.label, db.beacon.name, db.beacon.path]).toEqual(['Connection(db)', 'Connection(db)', ['Connection(db)']]);
  expect(log).toEqual(['info [^Connection(db)]: here']);
  expect(states.list).toEqual([
    'Connection(db): idle→starting',
    'Connection(db): starting→running',
    'Connection(db): running→stopping (boom)',
    'Connection(db): stopping→crashed (boom)',
  ]);
});

it('… of children in a container', async () => {
  @service()
  class Pool extends Service {
    override onInitDependencies() {
      return [new Connection('eu'), new Connection('us')];
    }
  }
  const events: LifecycleEvent[] = [];
  const container = new Container();
  container.on((event) => events.push(event));
  const pool = await container.boot(Pool);
  expect(pool.beacon.children.map(({ name }) => name)).toEqual(['Connection(eu)', 'Connection(us)']);
  expect(events.flatMap((event) => (event.type === 'service' && event.to === 'running' ? event.name : []))).toEqual([
    'Connection(eu)',
    'Connection(us)',
    'Pool',
  ]);
  await container.stop();
});

it('a label that cannot be told yet is that of the class', () => {
  class Pool extends OneForOneSupervisor {
    readonly #name: string;
    constructor(name: string) {
      super({ backoff: false });
      this.#name = name;
    }
    override get label(): string {
      return `Pool ${this.#name}`;
    }
  }
  expect(new Pool('of readers').beacon.name).toBe('Pool of readers');
});
