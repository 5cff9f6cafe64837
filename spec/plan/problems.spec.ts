/** Nothing starts unless the whole plan is sound. `PlanError.problems` lists everything that is wrong, in words that help. */
import { describe, expect, it } from 'vitest';
import {
  Container,
  LazyServiceIdentifier,
  PlanError,
  Service,
  inject,
  service,
  type PlanProblem,
} from '../../lib/index.js';
import { rejection, stage, thrown, troupe } from '../container/support.js';

type Root = Parameters<Container['plan']>[number];

const errorOf = (container: Container, ...roots: Root[]) => thrown<PlanError>(() => container.plan(...roots));
const problemsOf = (container: Container, ...roots: Root[]): PlanProblem[] => errorOf(container, ...roots).problems;

describe('a missing binding', () => {
  it('of a class: with the path from the root, and what to do', () => {
    class Store {}
    const { player } = troupe();
    const App = player('App', { needs: [player('Cache', { needs: [Store] })] });
    expect(problemsOf(new Container(), App)).toEqual([
      {
        kind: 'missing',
        message:
          'Nothing is bound to Store (App → Cache → Store)\n→ Decorate Store with @service(), or bind what stands for it: container.bind(Store).to(...).',
        path: ['App', 'Cache', 'Store'],
        suggestions: [],
      },
    ]);
  });

  it.each([
    ['a string', 'url', "'url'", 'url'],
    ['a symbol', Symbol('url'), 'Symbol(url)', 'url'],
    ['a symbol of no description', Symbol(), 'Symbol()', 'Symbol()'],
  ])('of %s', (_, token, printed, name) => {
    const { player } = troupe();
    expect(problemsOf(new Container(), player('App', { needs: [token] }))).toEqual([
      {
        kind: 'missing',
        message: `Nothing is bound to ${printed} (App → ${name})\n→ Bind it: container.bind(${printed}).to(...), or mark the dependency @optional().`,
        path: ['App', name],
        suggestions: [],
      },
    ]);
  });

  it('of a root', () => {
    expect(problemsOf(new Container(), 'App')).toMatchObject([{ kind: 'missing', path: ['App'] }]);
  });

  it('with the nearest names', () => {
    const { player } = troupe();
    const container = new Container();
    container.bind('redisUrl').toConstantValue('');
    container.bind('redisUri').toConstantValue('');
    container.bind('nothing like it').toConstantValue('');
    const [problem] = problemsOf(container, player('App', { needs: ['redisURL2'] }));
    expect(problem).toMatchObject({
      message: expect.stringContaining(
        "Nothing is bound to 'redisURL2' (App → redisURL2). Did you mean redisUrl or redisUri?",
      ),
      suggestions: ['redisUrl', 'redisUri'],
    });
  });

  it('with the nearest names among services that nobody bound', () => {
    class RedisStor {}
    const { player } = troupe();
    const App = player('App', { needs: [player('RedisStore'), RedisStor] });
    expect(problemsOf(new Container(), App)).toMatchObject([{ suggestions: ['RedisStore'] }]);
  });

  it('with the nearest names of the parent container', () => {
    const parent = new Container();
    parent.bind('redisUrl').toConstantValue('');
    const { player } = troupe();
    expect(problemsOf(new Container({ parent }), player('App', { needs: ['redisUrI'] }))).toMatchObject([
      { suggestions: ['redisUrl'] },
    ]);
  });

  it('of a qualified dependency: says what is there', () => {
    const container = new Container();
    container.bind('log').toConstantValue(1).whenNamed('file');
    class App {
      constructor(readonly log: unknown) {}
    }
    service({ inject: [{ serviceIdentifier: 'log', name: 'screen' }] })(App);
    const [problem] = problemsOf(container, App);
    expect(problem).toMatchObject({ kind: 'missing', path: ['App', 'log'] });
    expect(problem?.message).toBe(
      "Nothing that is bound to 'log' is named 'screen' (App → log); there is a constant (number)\n→ Bind it: container.bind('log').to(...).whenNamed('screen'), or mark the dependency @optional().",
    );
  });

  it('of a tagged dependency: says what is there', () => {
    const container = new Container();
    container.bind('log').toConstantValue(1);
    class App {
      constructor(readonly log: unknown) {}
    }
    service({ inject: [{ serviceIdentifier: 'log', tags: [{ key: 'level', value: 'off' }] }] })(App);
    container.bind('other').toConstantValue(1);
    expect(() => container.plan(App)).not.toThrow();
    container.unbind('log');
    container.bind('log').toConstantValue(1).whenTagged('level', 'on');
    expect(problemsOf(container, App)[0]?.message).toMatch(
      /^Nothing that is bound to 'log' is tagged level = 'off' \(App → log\); there is a constant \(number\)\n→ /,
    );
  });

  it('of dependsOn and of a resource', () => {
    const { player } = troupe();
    const container = new Container();
    container.resource('pool', { inject: ['url'], start: () => 1 });
    const App = player('App', { dependsOn: ['metrics', 'pool'] });
    expect(problemsOf(container, App).map(({ path }) => path)).toEqual([
      ['App', 'metrics'],
      ['App', 'pool', 'url'],
    ]);
  });

  it('is none where the dependency is optional', () => {
    class App {
      constructor(readonly log: unknown) {}
    }
    service({ inject: [{ serviceIdentifier: 'log', optional: true }] })(App);
    expect(() => new Container().plan(App)).not.toThrow();
  });

  it('is reported once for each place that needs it', () => {
    const { player } = troupe();
    const App = player('App', { needs: [player('A', { needs: ['url'] }), player('B', { needs: ['url'] })] });
    expect(problemsOf(new Container(), App).map(({ path }) => path.join(' '))).toEqual(['App A url', 'App B url']);
  });

  it('shows the ends of a very long path, and has all of it', () => {
    const { player } = troupe();
    let top: Root = 'url';
    for (let n = 30; n > 0; n -= 1) top = player(`S${String(n)}`, { needs: [top] });
    const [problem] = problemsOf(new Container(), top);
    expect(problem?.path).toHaveLength(31);
    expect(problem?.message).toContain('(S1 → S2 → S3 → S4 → S5 → … 21 more … → S27 → S28 → S29 → S30 → url)');
  });
});

describe('a cycle', () => {
  /** Classes in which each needs the next, and the last the first. */
  function ring(...names: string[]): Root[] {
    const classes: Root[] = [];
    for (const [index, name] of names.entries()) {
      class Link {
        onStart() {}
      }
      const next = { get: () => classes[(index + 1) % names.length] as never };
      Object.defineProperty(Link, 'length', { value: 1 });
      inject(lazy(next.get))(Link, undefined, 0);
      service({ name })(Link);
      classes.push(Link);
    }
    return classes;
  }

  it('with its path, and what to do', () => {
    const [A] = ring('A', 'B', 'C');
    const { player } = troupe();
    const App = player('App', { needs: [A as never] });
    expect(problemsOf(new Container(), App)).toEqual([
      {
        kind: 'cycle',
        message:
          'A → B → C → A is a cycle (reached by App → A → B → C): none of them can start before the others\n' +
          '→ Move what both sides need into a service of its own, or let one side look the other up with container.get() when it needs it.',
        path: ['A', 'B', 'C', 'A'],
        suggestions: [],
      },
    ]);
  });

  it('of a service that needs itself', () => {
    const [A] = ring('A');
    expect(problemsOf(new Container(), A as never)).toMatchObject([{ kind: 'cycle', path: ['A', 'A'] }]);
  });

  it('each of several', () => {
    const [A] = ring('A', 'B');
    const [X] = ring('X', 'Y', 'Z');
    expect(problemsOf(new Container(), A as never, X as never).map(({ path }) => path.join(' '))).toEqual([
      'A B A',
      'X Y Z X',
    ]);
  });

  it('through plain injectables, resources and dependsOn', () => {
    const container = new Container();
    class Plain {
      constructor(readonly needed: unknown) {}
    }
    inject('pool')(Plain, undefined, 0);
    container.bind(Plain).toSelf();
    class Ordered {}
    service({ dependsOn: [Plain] })(Ordered);
    container.resource('pool', { inject: [Ordered], start: () => 1 });
    expect(problemsOf(container, Ordered)).toMatchObject([
      { kind: 'cycle', path: ['Ordered', 'Plain', 'pool', 'Ordered'] },
    ]);
  });

  it('of redirections', () => {
    const container = new Container();
    container.bind('a').toService('b');
    container.bind('b').toService('c');
    container.bind('c').toService('a');
    const { player } = troupe();
    expect(problemsOf(container, player('App', { needs: ['a'] }))).toMatchObject([
      { kind: 'cycle', path: ['a', 'b', 'c', 'a'], message: expect.stringContaining('a → b → c → a is a cycle') },
    ]);
  });
});

describe('an ambiguous binding', () => {
  it('with the candidates, and what to do', () => {
    const { player } = troupe();
    const container = new Container();
    container.bind('store').to(player('Redis'));
    container.bind('store').to(player('Memory'));
    expect(problemsOf(container, player('App', { needs: ['store'] }))).toEqual([
      {
        kind: 'ambiguous',
        message:
          "'store' has 2 bindings that fit: the service Redis, the service Memory (App → store)\n" +
          '→ Tell them apart with .whenNamed() and @named(), ask for all of them with @multiInject(), or remove one.',
        path: ['App', 'store'],
        suggestions: ['Redis', 'Memory'],
      },
    ]);
  });

  it('is none where all of them are asked for', () => {
    const container = new Container();
    container.bind('n').toConstantValue(1);
    container.bind('n').toConstantValue(2);
    class App {
      constructor(readonly all: unknown) {}
    }
    service({ inject: [{ serviceIdentifier: 'n', isMultiple: true }] })(App);
    expect(() => container.plan(App)).not.toThrow();
  });
});

describe('missing metadata', () => {
  it('with what is missing where', () => {
    class App {
      constructor(readonly redis: unknown) {}
    }
    service()(App);
    expect(problemsOf(new Container(), App)).toMatchObject([{ kind: 'metadata', path: ['App'] }]);
  });
});

describe("a parent's service that does not run", () => {
  it('says to boot the parent first', () => {
    const { player } = troupe();
    const Redis = player('Redis');
    const parent = new Container();
    parent.bind(Redis).toSelf();
    const child = new Container({ parent });
    expect(problemsOf(child, player('App', { needs: [Redis] }))).toEqual([
      {
        kind: 'parent',
        message:
          'Redis belongs to the parent container and does not run there (App → Redis)\n→ Boot the parent first: await parent.boot(Redis).',
        path: ['App', 'Redis'],
        suggestions: [],
      },
    ]);
  });
});

describe('one PlanError carries all problems', () => {
  function unsound() {
    const container = new Container();
    container.bind('store').toConstantValue(1);
    container.bind('store').toConstantValue(2);
    class Untyped {
      constructor(readonly some: unknown) {}
    }
    service()(Untyped);
    const { player, log } = troupe();
    class Self {}
    service({ dependsOn: [Self] })(Self);
    const App = player('App', { needs: ['url', 'store', Untyped, Self] });
    return { container, App, log };
  }

  it('of every kind, in the order of the graph', () => {
    const { container, App } = unsound();
    expect(problemsOf(container, App).map(({ kind, path }) => `${kind}: ${path.join(' ')}`)).toEqual([
      'missing: App url',
      'ambiguous: App store',
      'metadata: App Untyped',
      'cycle: Self Self',
    ]);
  });

  it('in one message that can be read', () => {
    const { container, App } = unsound();
    const error = errorOf(container, App);
    expect(error).toBeInstanceOf(PlanError);
    expect(error.code).toBe('ERR_MODE_PLAN');
    expect(error.path).toEqual(['App', 'url']);
    expect(error.message).toBe(
      `The dependency graph has 4 problems:
  - Nothing is bound to 'url' (App → url)
    → Bind it: container.bind('url').to(...), or mark the dependency @optional().
  - 'store' has 2 bindings that fit: a constant (number), a constant (number) (App → store)
    → Tell them apart with .whenNamed() and @named(), ask for all of them with @multiInject(), or remove one.
  - The constructor of Untyped takes a parameter, but has no type metadata: the compiler emitted none (esbuild and tsx never do; SWC and TypeScript only when told to) (App → Untyped)
    → Compile with "experimentalDecorators" and "emitDecoratorMetadata", by a compiler that honours them, or name what it takes, in order: @service({ inject: [...] }).
  - Self → Self is a cycle (reached by App → Self): none of them can start before the others
    → Move what both sides need into a service of its own, or let one side look the other up with container.get() when it needs it.
  → Nothing was started; mend them and boot again.`,
    );
  });

  it('of all roots', () => {
    const { player } = troupe();
    const roots = [player('A', { needs: ['x'] }), player('B', { needs: ['y'] })];
    expect(problemsOf(new Container(), ...roots).map(({ path }) => path.join(' '))).toEqual(['A x', 'B y']);
  });

  it('is what boot() rejects with, and nothing starts', async () => {
    const { player, log } = troupe();
    const App = player('App', { needs: [player('Redis'), 'url'] });
    const { container, history } = stage();
    const error = await rejection<PlanError>(container.boot(App));
    expect(error.problems).toHaveLength(1);
    expect(container.state).toBe('idle');
    expect([...log, ...history.list]).toEqual([]);
  });

  it('and once it is mended the same container boots', async () => {
    const { player, since } = troupe();
    const App = player('App', { needs: ['url'] });
    const { container } = stage();
    await rejection(container.boot(App));
    container.bind('url').toConstantValue('redis://');
    expect((await container.boot(App)).needs).toEqual(['redis://']);
    expect(since()).toEqual(['+App']);
  });
});

describe('an unsound plan while the container runs', () => {
  it('leaves everything as it is', async () => {
    @service()
    class Redis extends Service {}
    const { container, history } = stage();
    await container.boot(Redis);
    history.clear();
    await rejection(container.boot('nothing'));
    expect(container.state).toBe('running');
    expect(history.list).toEqual([]);
    await container.stop();
  });
});

function lazy(get: () => never) {
  return new LazyServiceIdentifier(get);
}

describe('however much is wrong', () => {
  /** The problems of a plan that takes no longer than it should: those of thousands take milliseconds, and not minutes. */
  function promptly(container: Container, ...roots: Root[]): PlanError {
    const start = performance.now();
    const error = errorOf(container, ...roots);
    expect(performance.now() - start).toBeLessThan(5000);
    return error;
  }

  it('one binding that thousands need is told for each, with the same nearest names', () => {
    const { player } = troupe();
    const container = new Container();
    container.bind('a-missing-tokens').toConstantValue(1);
    for (let index = 0; index < 3000; index += 1) {
      container.bind(player(`SomeServiceOfMine${String(index)}`, { needs: ['a-missing-token'] })).toSelf();
    }
    const { problems } = promptly(container);
    expect(problems).toHaveLength(3000);
    expect(new Set(problems.map(({ suggestions }) => suggestions.join(' ')))).toEqual(new Set(['a-missing-tokens']));
  });

  it('thousands of missing bindings, with names that are alike or endless', () => {
    const { player } = troupe();
    const container = new Container();
    for (let index = 0; index < 2000; index += 1) {
      const name = `${'S'.repeat(index % 2 === 0 ? 20 : 2000)}${String(index)}`;
      container.bind(player(name, { needs: [`${name}x`] })).toSelf();
    }
    const { problems } = promptly(container);
    expect(problems).toHaveLength(2000);
    const known = 'S'.repeat(20);
    expect(problems[0]?.suggestions).toEqual([`${known}10`, `${known}100`, `${known}102`]);
  });

  it('a cycle at each step of a long way: their paths are told by their ends', () => {
    const { player } = troupe();
    const container = new Container();
    let last: Root = 'top';
    for (let index = 0; index < 3000; index += 1) last = player(`S${String(index)}`, { needs: [last, 'top'] });
    container.bind('top').to(last as never);
    const { problems } = promptly(container);
    expect(problems).toHaveLength(3000);
    expect(problems[0]).toMatchObject({ kind: 'cycle' });
    expect(Math.max(...problems.slice(1000).map(({ path }) => path.length))).toBeLessThan(30);
  });

  it('a message has the first fifty, and says how many more there are', () => {
    const { player } = troupe();
    const tokens = Array.from({ length: 60 }, (_, index) => `token ${String(index)}`);
    const { message, problems } = promptly(new Container(), player('App', { needs: tokens }));
    expect(problems).toHaveLength(60);
    expect(message).toContain("'token 49'");
    expect(message).not.toContain("'token 50'");
    expect(message).toContain('\n  - and 10 more: see `problems`\n  → ');
  });

  it('of many candidates the first ten are listed', () => {
    const { player } = troupe();
    const container = new Container();
    for (let index = 0; index < 12; index += 1) container.bind('store').toConstantValue(index);
    const { problems } = promptly(container, player('App', { needs: ['store'] }));
    expect(problems[0]?.message).toMatch(
      /^'store' has 12 bindings that fit: (a constant \(number\), ){10}2 more \(App/,
    );
  });
});
