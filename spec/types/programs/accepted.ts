/** Programs that compile, with what is inferred; never run. */
import {
  Container,
  ContainerModule,
  LazyServiceIdentifier,
  Service,
  defineService,
  service,
  token,
  type InjectOption,
  type ResourceOptions,
  type ServiceIdentifier,
  type ServiceOptions,
  type Token,
} from 'mode-ts';
import { expectTypeOf } from 'vitest';
import { Mail, POOL, Redis, URL, pool, type Pool } from './things.js';

// ---- inject: [...]
@service({ inject: [Redis, POOL] })
export class InOrder {
  constructor(
    readonly redis: Redis,
    readonly db: Pool,
  ) {}
}

@service({ inject: ['url', URL] })
export class Untyped {
  constructor(
    readonly url: string,
    readonly port: number,
  ) {}
}

@service({ inject: [Redis] })
export class WithDefaults {
  constructor(
    readonly redis: Redis,
    readonly mail?: Mail,
    readonly times = 3,
  ) {}
}

@service({ inject: [Redis, Mail, Mail] })
export class WithRest {
  readonly mails: Mail[];
  constructor(
    readonly redis: Redis,
    ...mails: Mail[]
  ) {
    this.mails = mails;
  }
}

@service({
  inject: [
    { serviceIdentifier: POOL, isMultiple: true, chained: true },
    { serviceIdentifier: Mail, optional: true },
    { serviceIdentifier: new LazyServiceIdentifier(() => Redis), name: 'main', tags: [{ key: 'zone', value: 'eu' }] },
    { serviceIdentifier: 'url', isMultiple: true, optional: true },
  ],
})
export class Qualified {
  constructor(
    readonly pools: readonly Pool[],
    readonly mail: Mail | undefined,
    readonly redis: Redis,
    readonly urls?: string[],
  ) {}
}

@service({ inject: [new LazyServiceIdentifier(() => Redis), new LazyServiceIdentifier(() => 'url')] })
export class Lazy {
  constructor(
    readonly redis: Redis,
    readonly url: string,
  ) {}
}

/** A subclass, or what implements an interface, will do. */
class Cluster extends Redis {
  readonly nodes = 3;
}
@service({ inject: [Cluster] })
export class WithSubclass {
  constructor(readonly redis: Redis) {}
}

@service({ inject: [Redis] })
export abstract class Abstract {
  constructor(readonly redis: Redis) {}
}

@service({ inject: [Redis] })
export class Generic<T> {
  constructor(readonly value: T) {}
}

const known = [Redis, POOL] as const;
@service({ inject: known })
export class FromConstant {
  constructor(
    readonly redis: Redis,
    readonly db: Pool,
  ) {}
}

/** Known only when the program runs, so nothing can be said about it. */
const list: InjectOption[] = [Redis];
const options: ServiceOptions = { name: 'late', inject: list };
@service({ inject: list })
export class FromList {
  constructor(readonly anything: Mail) {}
}
@service(options)
export class FromOptions {
  constructor(readonly anything: Mail) {}
}

/** `token()` without a type carries none. */
@service({ inject: [token('whatever')] })
export class UntypedToken {
  constructor(readonly anything: Mail) {}
}

export const decorateLater = (cls: new (redis: Redis) => object): void => service({ inject: [Redis] })(cls);

// ---- defineService()
class Visits extends Service {
  constructor(
    readonly redis: Redis,
    readonly db: Pool,
  ) {
    super();
  }
  async listen(signal: AbortSignal): Promise<void> {
    await this.wait(Promise.resolve(signal));
  }
  refresh(): void {}
  report(): void {}
}

const Defined = defineService(Visits, {
  name: 'visits',
  inject: [Redis, POOL],
  startTimeout: '5s',
  tasks: { listen: { onError: 'retry' } },
  timers: { refresh: { every: '1s', immediate: true } },
  crontabs: { report: '30 18 * * *' },
});
expectTypeOf(Defined).toEqualTypeOf<typeof Visits>();
defineService(class extends Visits {}, { inject: list, tasks: ['listen', 'refresh'], timers: { refresh: 1000 } });
defineService(class {});
export default defineService(class App extends Service {}, { inject: [], tasks: [] });

// ---- token()
const container = new Container();
expectTypeOf(POOL).toEqualTypeOf<Token<Pool>>();
export const id: ServiceIdentifier<Pool> = POOL;
export const symbol: symbol = POOL;
container.bind(POOL).toConstantValue(pool);
container.bind(POOL).toDynamicValue(() => pool);
container.bind(POOL).toResolvedValue((redis: Redis, db: Pool) => (redis.incrBy('', 1), db), [Redis, POOL]);
container.bind<Pool>('db').toService(POOL);
container.onActivation(POOL, (_, value) => value);
export const modules = new ContainerModule(({ bind }) => void bind(POOL).toConstantValue(pool));
expectTypeOf(container.get(POOL)).toEqualTypeOf<Pool>();
expectTypeOf(container.get(POOL, { optional: true })).toEqualTypeOf<Pool | undefined>();
expectTypeOf(container.getAll(POOL)).toEqualTypeOf<Pool[]>();
expectTypeOf(await container.getAsync(POOL)).toEqualTypeOf<Pool>();
container.plan(POOL, Redis, 'url');
await container.restart(POOL);

// ---- boot()
expectTypeOf(await container.boot(Redis)).toEqualTypeOf<Redis>();
expectTypeOf(await container.boot(POOL)).toEqualTypeOf<Pool>();
expectTypeOf(await container.boot([Redis, POOL, 'url', URL])).toEqualTypeOf<[Redis, Pool, unknown, unknown]>();
expectTypeOf(await container.boot([])).toEqualTypeOf<[]>();
expectTypeOf(await container.boot([Redis].concat(Cluster))).toEqualTypeOf<Redis[]>();
expectTypeOf(await container.boot([Redis, 'url'] as ServiceIdentifier[])).toEqualTypeOf<unknown[]>();
expectTypeOf(await container.boot()).toEqualTypeOf<void>();

// ---- resource()
container.resource(POOL, {
  inject: [Redis, POOL, 'url', { serviceIdentifier: Mail, optional: true }],
  async start(redis, db, url, mail, signal) {
    expectTypeOf(redis).toEqualTypeOf<Redis>();
    expectTypeOf(db).toEqualTypeOf<Pool>();
    expectTypeOf(mail).toEqualTypeOf<Mail | undefined>();
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    await db.query(url);
    return db;
  },
  async stop(value, signal) {
    expectTypeOf(value).toEqualTypeOf<Pool>();
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    await value.end();
  },
});
container.resource(POOL, {
  start: async (signal) => ({ ...pool, isNew: !signal.aborted }),
  stop: (value) => expectTypeOf(value.isNew).toEqualTypeOf<boolean>(),
});
container.resource('port', { start: () => 80, stop: (value) => expectTypeOf(value).toEqualTypeOf<number>() });
container.resource(Redis, { start: () => new Cluster(), stop: (value) => value.nodes });
container.resource(POOL, { inject: list, start: (first, second) => [first, second, pool][2] });
export const written: ResourceOptions<Pool> = { inject: [Redis], start: () => pool, stop: (value) => value.end() };
container.resource(POOL, written);
