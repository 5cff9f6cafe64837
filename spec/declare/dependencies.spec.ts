import { Container as InversifyContainer } from 'inversify';
import { describe, expect, it } from 'vitest';
import {
  Container,
  LazyServiceIdentifier,
  Service,
  inject,
  injectFromBase,
  injectable,
  multiInject,
  named,
  optional,
  postConstruct,
  service,
  tagged,
  unmanaged,
  type PlanError,
  type PlanProblem,
} from '../../lib/index.js';
import { thrown, type AnyClass } from '../container/support.js';

@service()
class Redis extends Service {}

@service()
class Clock extends Service {}

/** What is wrong with the graph behind a root. */
function problemsOf(root: AnyClass, container = new Container()): PlanProblem[] {
  return thrown<PlanError>(() => container.plan(root)).problems;
}

describe('dependencies come from', () => {
  abstract class HasGiven {
    abstract readonly given: readonly unknown[];
  }

  const ways: Record<string, () => AnyClass<HasGiven>> = {
    'the types of the constructor': () => {
      @service()
      class Cache extends HasGiven {
        readonly given;
        constructor(redis: Redis, clock: Clock) {
          super();
          this.given = [redis, clock];
        }
      }
      return Cache;
    },
    '@inject() on its parameters': () => {
      @service()
      class Cache extends HasGiven {
        readonly given;
        constructor(@inject(Redis) redis: unknown, @inject(Clock) clock: unknown) {
          super();
          this.given = [redis, clock];
        }
      }
      return Cache;
    },
    'types for one and @inject() for the other': () => {
      @service()
      class Cache extends HasGiven {
        readonly given;
        constructor(@inject(Redis) redis: unknown, clock: Clock) {
          super();
          this.given = [redis, clock];
        }
      }
      return Cache;
    },
    '@inject() on fields': () => {
      @service()
      class Cache extends HasGiven {
        @inject(Redis) redis!: Redis;
        @inject(Clock) clock!: Clock;
        get given() {
          return [this.redis, this.clock];
        }
      }
      return Cache;
    },
    '@service({ inject: [...] })': () => {
      class Cache extends HasGiven {
        readonly given;
        constructor(redis: unknown, clock: unknown) {
          super();
          this.given = [redis, clock];
        }
      }
      service({ inject: [Redis, Clock] })(Cache);
      return Cache;
    },
  };

  it.each(Object.entries(ways))('%s, and all ways agree', async (_, declare) => {
    const container = new Container();
    const Cache = declare();
    expect(container.plan(Cache)).toEqual({
      roots: ['Cache'],
      order: [
        { id: 'Redis', name: 'Redis', kind: 'service', dependencies: [], level: 0 },
        { id: 'Clock', name: 'Clock', kind: 'service', dependencies: [], level: 0 },
        { id: 'Cache', name: 'Cache', kind: 'injectable', dependencies: ['Redis', 'Clock'], level: 1 },
      ],
      levels: [
        [expect.objectContaining({ id: 'Redis' }), expect.objectContaining({ id: 'Clock' })],
        [expect.objectContaining({ id: 'Cache' })],
      ],
    });
    const cache = await container.boot(Cache);
    expect(cache.given).toEqual([container.get(Redis), container.get(Clock)]);
  });

  it('`inject` alone where it is given, whatever the types and decorators say', async () => {
    @service({ inject: [Clock] })
    class Cache {
      constructor(@inject(Redis) readonly given: unknown) {}
    }
    expect((await new Container().boot(Cache)).given).toBeInstanceOf(Clock);
  });
});

describe("inversify's own decorators", () => {
  const LOG = Symbol('log');

  /** A container in which several things are bound to one token. */
  function filled() {
    const container = new Container();
    container.bind('url').toConstantValue('redis://');
    container.bind(LOG).toConstantValue('to file').whenNamed('file');
    container.bind(LOG).toConstantValue('to screen').whenNamed('screen');
    container.bind(LOG).toConstantValue('to nowhere').whenTagged('level', 'off');
    container.bind('plugin').toConstantValue('one');
    container.bind('plugin').toConstantValue('two');
    return container;
  }

  class Parameters {
    constructor(
      @inject('url') readonly injected: string,
      @multiInject('plugin') readonly many: string[],
      @inject('nothing') @optional() readonly nothing: unknown,
      @inject('url') @optional() readonly something: unknown,
      @inject(LOG) @named('screen') readonly withName: string,
      @inject(LOG) @tagged('level', 'off') readonly withTag: string,
      @multiInject('none') @optional() readonly noneOfMany: unknown,
    ) {}
  }

  class Fields {
    @inject('url') readonly injected!: string;
    @multiInject('plugin') readonly many!: string[];
    @inject('nothing') @optional() readonly nothing: unknown;
    @inject('url') @optional() readonly something: unknown;
    @inject(LOG) @named('screen') readonly withName!: string;
    @inject(LOG) @tagged('level', 'off') readonly withTag!: string;
    @multiInject('none') @optional() readonly noneOfMany: unknown;
  }

  class Listed {
    constructor(
      readonly injected: unknown,
      readonly many: unknown,
      readonly nothing: unknown,
      readonly something: unknown,
      readonly withName: unknown,
      readonly withTag: unknown,
      readonly noneOfMany: unknown,
    ) {}
  }

  service()(Parameters);
  service()(Fields);
  service({
    inject: [
      'url',
      { serviceIdentifier: 'plugin', isMultiple: true },
      { serviceIdentifier: 'nothing', optional: true },
      { serviceIdentifier: 'url', optional: true },
      { serviceIdentifier: LOG, name: 'screen' },
      { serviceIdentifier: LOG, tags: [{ key: 'level', value: 'off' }] },
      { serviceIdentifier: 'none', isMultiple: true, optional: true },
    ],
  })(Listed);

  it.each<[string, AnyClass]>([
    ['on parameters', Parameters],
    ['on fields', Fields],
    ['and the same in a list', Listed],
  ])('%s: @inject, @multiInject, @optional, @named, @tagged', async (_, cls) => {
    const made = await filled().boot(cls);
    expect({ ...made }).toEqual({
      injected: 'redis://',
      many: ['one', 'two'],
      ...(cls === Fields ? {} : { nothing: undefined }),
      something: 'redis://',
      withName: 'to screen',
      withTag: 'to nowhere',
      noneOfMany: expect.toSatisfy((value) => value === undefined || (Array.isArray(value) && value.length === 0)),
    });
  });

  it('work on types: @optional(), @named() and @tagged() without @inject()', async () => {
    class Unbound {}
    @service()
    class Cache {
      constructor(
        @optional() readonly unbound: Unbound,
        @named('second') readonly redis: Redis,
        @tagged('zone', 1) readonly clock: Clock,
      ) {}
    }
    const container = new Container();
    container
      .bind(Redis)
      .toConstantValue({ first: true } as never)
      .whenNamed('first');
    container
      .bind(Redis)
      .toConstantValue({ second: true } as never)
      .whenNamed('second');
    container
      .bind(Clock)
      .toConstantValue({ zone: 1 } as never)
      .whenTagged('zone', 1);
    container
      .bind(Clock)
      .toConstantValue({ zone: 2 } as never)
      .whenTagged('zone', 2);
    const { unbound, redis, clock } = await container.boot(Cache);
    expect([unbound, redis, clock]).toEqual([undefined, { second: true }, { zone: 1 }]);
  });

  it('all services of a token, each started first', async () => {
    const PLUGIN = Symbol('plugin');
    @service()
    class App {
      constructor(@multiInject(PLUGIN) readonly plugins: Service[]) {}
    }
    const container = new Container();
    container.bind(PLUGIN).to(Redis);
    container.bind(PLUGIN).to(Clock);
    const app = await container.boot(App);
    expect(app.plugins).toEqual([container.get(Redis), container.get(Clock)]);
    expect(app.plugins.map(({ state }) => state)).toEqual(['running', 'running']);
  });

  it('@optional() on a service that is there starts it', async () => {
    @service()
    class App {
      constructor(@optional() readonly redis: Redis) {}
    }
    expect((await new Container().boot(App)).redis.started).toBe(true);
  });

  it('@unmanaged() parameters are left to their defaults', async () => {
    @service()
    class Cache {
      constructor(
        @unmanaged() readonly size = 100,
        readonly redis?: Redis,
      ) {}
    }
    const cache = await new Container().boot(Cache);
    expect([cache.size, cache.redis]).toEqual([100, expect.any(Redis)]);
  });

  it('@injectFromBase() takes over what a base class says of its constructor', async () => {
    class Base {
      constructor(@inject('url') readonly url: string) {}
    }
    @service()
    @injectFromBase()
    class Derived extends Base {}
    const container = new Container();
    container.bind('url').toConstantValue('redis://');
    expect((await container.boot(Derived)).url).toBe('redis://');
  });
});

describe('property injection', () => {
  it('is done before onStart', async () => {
    @service()
    class Cache extends Service {
      @inject(Redis) readonly redis!: Redis;
      seen: unknown;
      override onStart() {
        this.seen = this.redis;
      }
    }
    const cache = await new Container().boot(Cache);
    expect(cache.seen).toBeInstanceOf(Redis);
  });

  it('is inherited', async () => {
    class Base extends Service {
      @inject(Redis) readonly redis!: Redis;
    }
    class Middle extends Base {
      @inject(Clock) readonly watch!: Clock;
    }
    @service()
    class Derived extends Middle {}
    const container = new Container();
    expect(container.plan(Derived).order.at(-1)?.dependencies.sort()).toEqual(['Clock', 'Redis']);
    const derived = await container.boot(Derived);
    expect([derived.redis, derived.watch]).toEqual([expect.any(Redis), expect.any(Clock)]);
  });

  it('is overridden by the nearest class', async () => {
    class Base {
      @inject(Redis) readonly store: unknown;
    }
    @service()
    class Derived extends Base {
      @inject(Clock) override readonly store: unknown = undefined;
    }
    expect((await new Container().boot(Derived)).store).toBeInstanceOf(Clock);
  });

  it('with a symbol for its key', async () => {
    const KEY = Symbol('redis');
    @service()
    class Cache {
      @inject(Redis) readonly [KEY]!: Redis;
    }
    expect((await new Container().boot(Cache))[KEY]).toBeInstanceOf(Redis);
  });
});

describe('where the compiler emitted no metadata', () => {
  // what esbuild and tsx make of a class: the decorators are called, and that is all
  class Cache {
    constructor(
      readonly redis: Redis,
      readonly clock: Clock,
    ) {}
  }
  service()(Cache);

  it('and nothing explicit was given, the error says exactly that and shows the two remedies', () => {
    expect(problemsOf(Cache)).toEqual([
      {
        kind: 'metadata',
        message:
          'The constructor of Cache takes 2 parameters, but has no type metadata: the compiler emitted none ' +
          '(esbuild and tsx never do; SWC and TypeScript only when told to) (Cache)\n' +
          '→ Compile with "experimentalDecorators" and "emitDecoratorMetadata", by a compiler that honours them, ' +
          'or name what it takes, in order: @service({ inject: [...] }).',
        path: ['Cache'],
        suggestions: [],
      },
    ]);
  });

  it('an `inject` list is enough', async () => {
    class Listed extends Cache {}
    service({ inject: [Redis, Clock] })(Listed);
    const { redis, clock } = await new Container().boot(Listed);
    expect([redis, clock]).toEqual([expect.any(Redis), expect.any(Clock)]);
  });

  it('@inject() on every parameter is enough', async () => {
    class Decorated {
      constructor(readonly redis: Redis) {}
    }
    inject(Redis)(Decorated, undefined, 0);
    service()(Decorated);
    expect((await new Container().boot(Decorated)).redis).toBeInstanceOf(Redis);
  });

  it('and only some parameters have @inject(), the others are named', () => {
    class Half {
      constructor(
        readonly redis: Redis,
        readonly clock: Clock,
      ) {}
    }
    inject(Redis)(Half, undefined, 0);
    service()(Half);
    expect(problemsOf(Half).map(({ message }) => message.split(':')[0])).toEqual([
      'Parameter 2 of the constructor of Half has no type metadata',
    ]);
  });

  it('a class without parameters needs none', () => {
    class Plain {}
    service()(Plain);
    expect(() => new Container().plan(Plain)).not.toThrow();
  });
});

describe('a type that says nothing at run time', () => {
  interface Store {
    get(key: string): string;
  }

  @service()
  class Cache {
    constructor(
      readonly store: Store,
      readonly url: string,
      readonly either: Redis | Clock,
      readonly list: Redis[],
    ) {}
  }

  it('is named for each parameter, with the remedy', () => {
    expect(problemsOf(Cache).map(({ kind, message }) => [kind, message])).toEqual(
      ['Object', 'String', 'Object', 'Array'].map((type, index) => [
        'metadata',
        `Parameter ${String(index + 1)} of the constructor of Cache has the type ${type} ` +
          '(an interface, a union or a primitive leaves nothing else at run time) (Cache)\n' +
          '→ Give it a token: @inject(TOKEN) on the parameter, or @service({ inject: [TOKEN, ...] }).',
      ]),
    );
  });
});

describe('a list of parameters', () => {
  @service()
  class Cache {
    constructor(readonly redis: Redis) {}
  }

  it('that is handed on takes what the base class takes', async () => {
    @service()
    class Audited extends Cache {
      readonly audits: string[];
      constructor(...args: ConstructorParameters<typeof Cache>) {
        super(...args);
        this.audits = [];
      }
    }
    const container = new Container();
    expect((await container.boot(Audited)).redis).toBeInstanceOf(Redis);
    await container.stop();
  });

  it('at the end is empty: nothing is injected into it', async () => {
    @service()
    class Labelled {
      readonly labels: string[];
      constructor(
        readonly redis: Redis,
        ...labels: string[]
      ) {
        this.labels = labels;
      }
    }
    const container = new Container();
    expect((await container.boot(Labelled)).labels).toEqual([]);
    await container.stop();
  });

  it('that something else is done with says nothing, and that is said', () => {
    @service()
    class Odd extends Cache {
      constructor(...args: ConstructorParameters<typeof Cache>) {
        super(args[0]);
      }
    }
    expect(problemsOf(Odd).map(({ message }) => message)).toEqual([
      'The constructor of Odd takes a list (...), of which nothing says what is in it (Odd)\n' +
        '→ Name what it takes, in order: @service({ inject: [...] }). Where it is to be called without any: @service({ inject: [] }).',
    ]);
  });
});

describe('@injectFromBase()', () => {
  @injectable()
  class Base {
    readonly log: string[] = [];
    @inject('url') url = 'default';
    constructor(@inject('name') readonly name = 'nobody') {}
    @postConstruct()
    ready() {
      this.log.push('ready');
    }
  }

  /** What a class is given by a plain container of inversify, and as a service. */
  function given(options: Parameters<typeof injectFromBase>[0]) {
    @injectFromBase(options)
    @injectable()
    class Plain extends Base {}
    @service()
    @injectFromBase(options)
    class Managed extends Base {}
    return [new InversifyContainer(), new Container()].map((container) => {
      container.bind('url').toConstantValue('injected');
      container.bind('name').toConstantValue('given');
      container.bind<Base>('it').to(container instanceof Container ? Managed : Plain);
      const { url, name, log } = container.get<Base>('it');
      return [url, name, ...log];
    });
  }

  it.each<[object, unknown[]]>([
    [{}, ['injected', 'given', 'ready']],
    [{ extendProperties: false }, ['default', 'given', 'ready']],
    [{ extendConstructorArguments: false }, ['injected', 'nobody', 'ready']],
    [{ lifecycle: { extendPostConstructMethods: false } }, ['injected', 'given']],
  ])('%j is heeded as inversify does', (options, expected) => {
    expect(given(options)).toEqual([expected, expected]);
  });
});

describe('a parameter with a default', () => {
  it('keeps it where its type says nothing at run time', async () => {
    @service()
    class Cache {
      constructor(
        readonly redis: Redis,
        readonly size = 100,
      ) {}
    }
    const cache = await new Container().boot(Cache);
    expect([cache.redis, cache.size]).toEqual([expect.any(Redis), 100]);
  });

  it('is injected where its type says what', async () => {
    @service()
    class Cache {
      constructor(readonly redis: Redis = undefined as never) {}
    }
    expect((await new Container().boot(Cache)).redis).toBeInstanceOf(Redis);
  });
});

describe('two files that import each other', () => {
  // what a compiler writes where a class is not there yet
  const notThereYet = undefined as never;

  it('leave a type undefined, which is said with its remedy', () => {
    class Cache {
      constructor(readonly redis: Redis) {}
    }
    Reflect.defineMetadata('design:paramtypes', [notThereYet], Cache);
    service()(Cache);
    expect(problemsOf(Cache)).toEqual([
      {
        kind: 'metadata',
        message:
          'Parameter 1 of the constructor of Cache has a type that was undefined when the class was declared (two files import each other) (Cache)\n' +
          '→ Break the circular import, or use @inject(new LazyServiceIdentifier(() => TheClass)).',
        path: ['Cache'],
        suggestions: [],
      },
    ]);
  });

  it('leave no type at all where there are fewer than parameters', () => {
    class Cache {
      constructor(
        readonly redis: Redis,
        readonly other: Redis,
      ) {}
    }
    Reflect.defineMetadata('design:paramtypes', [Redis], Cache);
    service()(Cache);
    expect(problemsOf(Cache).map(({ message }) => message.split('\n')[0])).toEqual([
      'Parameter 2 of the constructor of Cache has a type that was undefined when the class was declared (two files import each other) (Cache)',
    ]);
  });

  it.each([
    ['inject', 'Entry 1 of inject'],
    ['dependsOn', 'Entry 1 of dependsOn'],
  ])('leave an entry of `%s` undefined', (option, place) => {
    class Cache {
      constructor(readonly redis?: unknown) {}
    }
    service({ [option]: [notThereYet] })(Cache);
    expect(problemsOf(Cache).find(({ message }) => message.includes(place))?.message).toBe(
      `${place} of Cache is undefined (Cache)\n` +
        '→ The class was not there yet when the list was made (two files import each other?): use new LazyServiceIdentifier(() => TheClass).',
    );
  });

  it('leave a token of @inject() undefined', () => {
    class Cache {
      @inject(notThereYet) readonly redis!: Redis;
    }
    service()(Cache);
    expect(problemsOf(Cache)[0]?.message).toMatch(/^Property redis of Cache has a type that was undefined/);
  });

  describe('are told apart by a LazyServiceIdentifier', () => {
    it.each<[string, (later: () => AnyClass) => AnyClass<{ given: unknown }>]>([
      [
        'in @inject() on a parameter',
        (later) => {
          @service()
          class Cache {
            constructor(@inject(new LazyServiceIdentifier(later)) readonly given: unknown) {}
          }
          return Cache;
        },
      ],
      [
        'in @inject() on a field',
        (later) => {
          @service()
          class Cache {
            @inject(new LazyServiceIdentifier(later)) readonly given: unknown;
          }
          return Cache;
        },
      ],
      [
        'in `inject`',
        (later) => {
          class Cache {
            constructor(readonly given: unknown) {}
          }
          service({ inject: [new LazyServiceIdentifier(later)] })(Cache);
          return Cache;
        },
      ],
      [
        'in `inject` with qualifiers',
        (later) => {
          class Cache {
            constructor(readonly given: unknown) {}
          }
          service({ inject: [{ serviceIdentifier: new LazyServiceIdentifier(later), optional: true }] })(Cache);
          return Cache;
        },
      ],
    ])('%s', async (_, declare) => {
      const Cache = declare(() => Later);
      @service()
      class Later extends Service {}
      expect((await new Container().boot(Cache)).given).toBeInstanceOf(Later);
    });

    it('in `dependsOn`', () => {
      @service({ dependsOn: [new LazyServiceIdentifier(() => Later)] })
      class Cache {}
      @service()
      class Later extends Service {}
      expect(new Container().plan(Cache).order.map(({ name }) => name)).toEqual(['Later', 'Cache']);
    });
  });
});

describe('a mistake in a list', () => {
  it.each([
    [null, 'null'],
    [42, '42'],
    [{ token: Redis }, '{ token: '],
  ])('(%j) is a problem of the plan that shows it', (entry, shown) => {
    class Cache {
      constructor(readonly redis?: unknown) {}
    }
    service({ inject: [entry as never] })(Cache);
    const [problem] = problemsOf(Cache);
    expect(problem).toMatchObject({ kind: 'metadata', path: ['Cache'] });
    expect(problem?.message).toContain(shown);
    expect(problem?.message).toMatch(/^Entry 1 of inject of Cache /);
  });
});
