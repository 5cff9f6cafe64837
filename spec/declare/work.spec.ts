/** `@task`, `@timer` and `@crontab`, as a program sees them. What one of them does by itself is in `spec/run/`. */
import { describe, expect, it } from 'vitest';
import { Container, Service, crontab, service, task, timer } from '../../lib/index.js';
import { FakeClock, recordHistory } from '../../lib/testing/index.js';
import { rejection, settle, stage, thrown } from '../container/support.js';

const never = () => new Promise<never>(() => undefined);

/** Everything but the states of services and the container. */
function workOf(container: Container) {
  return recordHistory(container, { types: ['task', 'timer', 'warning'] });
}

describe('@task()', () => {
  it('runs in the background from the moment the service runs', async () => {
    const log: string[] = [];
    @service()
    class Listener extends Service {
      override onStart() {
        log.push(`onStart: ${this.state}`);
      }
      override onStarted() {
        log.push(`onStarted: ${this.state}`);
      }
      @task()
      async listen() {
        log.push(`listen: ${this.state}`);
        await this.waitUntilStopped();
        log.push(`listen ends: ${this.state}`);
      }
    }
    const { container } = stage();
    const listener = await container.boot(Listener);
    expect(listener.started).toBe(true);
    await container.stop();
    expect(log).toEqual(['onStart: starting', 'listen: running', 'onStarted: running', 'listen ends: stopping']);
  });

  it('when it throws, the service crashes', async () => {
    const boom = new Error('boom');
    @service({ restart: { when: 'never' } })
    class Listener extends Service {
      @task()
      async listen() {
        await this.sleep('1s');
        throw boom;
      }
    }
    const { container, clock, history } = stage();
    const listener = await container.boot(Listener);
    await clock.advance('1s');
    expect(listener.crashReason).toBe(boom);
    expect(container.state).toBe('failed');
    expect(history.list).toEqual([
      'Listener: idle→starting',
      'Listener: starting→running',
      'Listener: running→stopping (boom)',
      'Listener: stopping→crashed (boom)',
    ]);
  });

  it('when it returns, nothing happens', async () => {
    @service()
    class Listener {
      @task()
      async listen() {}
    }
    const { container, history } = stage();
    await container.boot(Listener);
    await settle();
    expect(container.state).toBe('running');
    expect(history.list).toEqual(['Listener: idle→starting', 'Listener: starting→running']);
    await container.stop();
  });

  it("receives the run's AbortSignal", async () => {
    const signals: AbortSignal[] = [];
    @service()
    class Listener extends Service {
      @task()
      listen(signal: AbortSignal) {
        signals.push(signal);
      }
    }
    const { container } = stage();
    const listener = await container.boot(Listener);
    expect(signals).toEqual([listener.signal]);
    expect(signals[0]?.aborted).toBe(false);
    await container.stop();
    expect(signals[0]?.aborted).toBe(true);
    await container.boot(Listener);
    expect(signals[1]).not.toBe(signals[0]);
    await container.stop();
  });

  it('is called with the service as `this`, also in a class without the base class', async () => {
    @service()
    class Listener {
      calls = 0;
      @task()
      listen() {
        this.calls += 1;
      }
    }
    const listener = await stage().container.boot(Listener);
    expect(listener.calls).toBe(1);
  });

  it('is awaited by a stop', async () => {
    const log: string[] = [];
    @service()
    class Listener extends Service {
      @task()
      async listen(signal: AbortSignal) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await settle();
        log.push('listen ended');
      }
      override onShutdown() {
        log.push('onShutdown');
      }
    }
    const { container } = stage();
    await container.boot(Listener);
    await container.stop();
    expect(log).toEqual(['listen ended', 'onShutdown']);
  });

  it('has the name of its method, or `name`', async () => {
    @service()
    class Listener {
      @task()
      one() {}
      @task({ name: 'second' })
      two() {}
    }
    const { container } = stage();
    const history = workOf(container);
    await container.boot(Listener);
    expect(history.list).toEqual([
      'Listener.one: begin',
      'Listener.one: end',
      'Listener.second: begin',
      'Listener.second: end',
    ]);
  });
});

describe('@timer()', () => {
  /** When its runs begin, and what happens meanwhile. */
  async function ticking(decorator: ReturnType<typeof timer>, call?: (clock: FakeClock) => unknown) {
    const { container, clock } = stage();
    const begun: number[] = [];
    class Cache {
      refresh() {
        begun.push(clock.now());
        return call?.(clock);
      }
    }
    decorator(Cache.prototype, 'refresh', Object.getOwnPropertyDescriptor(Cache.prototype, 'refresh') as never);
    service()(Cache);
    const history = workOf(container);
    await container.boot(Cache);
    return { container, clock, begun, history, root: Cache };
  }

  const takes = (ms: number) => (clock: FakeClock) => new Promise<void>((resolve) => void clock.setTimer(ms, resolve));

  it('every interval, the first time after one of them', async () => {
    const { clock, begun } = await ticking(timer('1s'));
    await clock.advance('3.5s');
    expect(begun).toEqual([1000, 2000, 3000]);
  });

  it('on a fixed schedule: what a run takes does not move the next one', async () => {
    const { clock, begun } = await ticking(timer('1s'), takes(300));
    await clock.advance('3.5s');
    expect(begun).toEqual([1000, 2000, 3000]);
  });

  it('never overlaps itself: a tick that comes due while the last one runs is skipped and counted', async () => {
    const { clock, begun, container, history } = await ticking(timer('1s'), takes(1500));
    await clock.advance('5s');
    expect(begun).toEqual([1000, 3000, 5000]);
    expect(history.list).toEqual([
      'Cache.refresh: begin',
      'Cache.refresh: skip',
      'Cache.refresh: end',
      'Cache.refresh: begin',
      'Cache.refresh: skip',
      'Cache.refresh: end',
      'Cache.refresh: begin',
    ]);
    expect(container.timers()).toMatchObject([{ runs: 3, skipped: 2 }]);
  });

  it('`immediate`: a run at the start as well, on the same grid', async () => {
    const { clock, begun } = await ticking(timer('1s', { immediate: true }));
    await clock.advance('2s');
    expect(begun).toEqual([0, 1000, 2000]);
  });

  it('`name`: what events and timers() call it', async () => {
    const { container } = await ticking(timer('1s', { name: 'sweep' }));
    expect(container.timers()).toMatchObject([{ service: 'Cache', name: 'sweep' }]);
  });

  it('`jitter`: each run up to that much later, on the same grid', async () => {
    const { clock, begun } = await ticking(timer('1s', { jitter: '200ms' }));
    await clock.advance('20s');
    expect(begun.length).toBeGreaterThanOrEqual(19);
    const late = begun.map((at) => at % 1000);
    expect(Math.max(...late)).toBeLessThanOrEqual(200);
    expect(new Set(late).size).toBeGreaterThan(1);
  });

  describe('onError', () => {
    const boom = new Error('boom');
    const fails = () => {
      throw boom;
    };

    it("'crash' is the default: the service crashes", async () => {
      const { clock, container, begun } = await ticking(timer('1s'), fails);
      await clock.advance('1s');
      expect(container.health().services).toMatchObject([{ name: 'Cache', failure: boom }]);
      expect(begun).toEqual([1000]);
    });

    it("'log': it goes on, and the error is an event", async () => {
      const { clock, container, history, begun } = await ticking(timer('1s', { onError: 'log' }), fails);
      await clock.advance('2s');
      expect(begun).toEqual([1000, 2000]);
      expect(history.list).toEqual([
        'Cache.refresh: begin',
        'Cache.refresh: error (boom)',
        'Cache.refresh: begin',
        'Cache.refresh: error (boom)',
      ]);
      expect(container.timers()).toMatchObject([{ runs: 2, failures: 2 }]);
    });

    it('a function: it goes on, and the function is given the error', async () => {
      const errors: unknown[] = [];
      const { clock, begun } = await ticking(timer('1s', { onError: (error) => void errors.push(error) }), fails);
      await clock.advance('2s');
      expect(begun).toEqual([1000, 2000]);
      expect(errors).toEqual([boom, boom]);
    });
  });

  it('ends with the run, and begins anew with the next one', async () => {
    const { clock, container, begun, root } = await ticking(timer('1s'));
    await clock.advance('1.5s');
    await container.stop();
    await clock.advance('8.7s');
    expect(begun).toEqual([1000]);
    await container.boot(root);
    await clock.advance('2s');
    expect(begun).toEqual([1000, 11_200, 12_200]);
  });
});

describe('@crontab()', () => {
  it('is refused where a class has another one of that name, its base class included', () => {
    const declare = (base: typeof Service, ...names: (string | undefined)[]) => {
      class Books extends base {
        a() {}
        b() {}
        c() {}
      }
      for (const [index, name] of names.entries()) {
        const key = ['a', 'b', 'c'][index] as string;
        const given = { timezone: 'UTC', ...(name !== undefined && { name }) };
        const descriptor = Object.getOwnPropertyDescriptor(Books.prototype, key) as PropertyDescriptor;
        crontab('* * * * *', given)(Books.prototype, key as never, descriptor);
      }
      service()(Books);
      return Books;
    };
    const remedy =
      "Books has two crontabs called daily: a and b\n  → Give each a name of its own: @crontab('…', { name: '…' }).";
    expect(thrown(() => declare(Service, 'daily', 'daily'))).toEqual(new TypeError(remedy));
    expect(thrown(() => declare(Service, undefined, 'a')).message).toContain('two crontabs called a: a and b');
    const base = declare(Service, 'daily', 'weekly');
    expect(thrown(() => declare(base, 'weekly')).message).toContain('called weekly: b and a');
    // one that is declared again is the same one
    expect(() => declare(base, 'daily')).not.toThrow();
  });

  it.each([
    ['five fields', '30 18 * * *', '2026-01-01T18:30:00.000Z'],
    ['six fields', '15 30 18 * * *', '2026-01-01T18:30:15.000Z'],
  ])('takes %s', async (_, line, at) => {
    const runs: string[] = [];
    const { container, clock } = stage();
    class Reports {
      report() {
        runs.push(new Date(clock.date()).toISOString());
      }
    }
    crontab(line, { timezone: 'UTC' })(
      Reports.prototype,
      'report',
      Object.getOwnPropertyDescriptor(Reports.prototype, 'report') as never,
    );
    service()(Reports);
    await container.boot(Reports);
    expect(container.timers().map(({ nextAt }) => nextAt?.toISOString())).toEqual([at]);
    await clock.advance('1d');
    expect(runs).toEqual([at]);
    await container.stop();
  });

  it('in a time zone, through its daylight saving', async () => {
    const runs: string[] = [];
    const clock = new FakeClock({ start: '2026-03-07T12:00:00Z' });
    const container = new Container({ clock });
    @service()
    class Reports {
      @crontab('30 18 * * *', { timezone: 'US/Pacific' })
      report() {
        runs.push(new Date(clock.date()).toISOString());
      }
    }
    await container.boot(Reports);
    await clock.advance('2d');
    // the clocks went forward on the 8th
    expect(runs).toEqual(['2026-03-08T02:30:00.000Z', '2026-03-09T01:30:00.000Z']);
    await container.stop();
  });

  it.each<[string, string, object | undefined, string[]]>([
    ['a bad expression', 'every day', undefined, ['every day']],
    ['a field that is too large', '61 * * * *', undefined, ['61 * * * *']],
    ['four fields', '* * * *', undefined, ['* * * *']],
    ['no expression', '', undefined, []],
    ['an unknown zone', '* * * * *', { timezone: 'US/Atlantis' }, ['US/Atlantis']],
    ['a `missed` that is neither', '* * * * *', { missed: 'twice' }, ['missed', 'skip', 'once', 'twice']],
    ['an `onError` that is none', '* * * * *', { onError: 'ignore' }, ['onError', 'crash', 'log', 'ignore']],
  ])('%s fails where it is declared', (_, line, options, words) => {
    const error = thrown<Error>(() => crontab(line, options));
    expect(error).toBeInstanceOf(TypeError);
    for (const word of words) expect(error.message).toContain(word);
  });
});

describe('tasks and timers of base classes', () => {
  it('are inherited, those of the base class first; a redeclared one is as the nearest class says', async () => {
    const calls: string[] = [];
    class Base extends Service {
      @task()
      listen() {
        calls.push('Base.listen');
      }
      @timer('1s', { immediate: true })
      refresh() {
        calls.push('Base.refresh');
      }
    }
    @service()
    class Derived extends Base {
      @timer('2s', { immediate: true })
      override refresh() {
        calls.push('Derived.refresh');
      }
      @task()
      more() {
        calls.push('Derived.more');
      }
    }
    const { container, clock } = stage();
    await container.boot(Derived);
    expect(calls).toEqual(['Base.listen', 'Derived.refresh', 'Derived.more']);
    await clock.advance('2s');
    expect(calls.slice(3)).toEqual(['Derived.refresh']);
  });

  it('are inherited where the method is overridden without a decorator: the override runs', async () => {
    const calls: string[] = [];
    class Base {
      @task()
      listen() {
        calls.push('Base');
      }
    }
    @service()
    class Derived extends Base {
      override listen() {
        calls.push('Derived');
      }
    }
    await stage().container.boot(Derived);
    expect(calls).toEqual(['Derived']);
  });

  it('are not those of a sibling', async () => {
    class Base {
      @task()
      listen() {}
    }
    class One extends Base {
      @task()
      one() {}
    }
    class Two extends Base {
      @task()
      two() {}
    }
    service()(One);
    service()(Two);
    const { container } = stage();
    const history = workOf(container);
    await container.boot([One, Two]);
    expect(history.list.filter((line) => line.endsWith('begin'))).toEqual([
      'One.listen: begin',
      'One.one: begin',
      'Two.listen: begin',
      'Two.two: begin',
    ]);
  });
});

describe('in the wrong place', () => {
  const decorators = { '@task()': task(), '@timer()': timer('1s'), '@crontab()': crontab('* * * * *') };
  const places: Record<string, (decorate: (...args: never[]) => void) => void> = {
    'a static method': (decorate) => {
      class Cache {
        static refresh() {}
      }
      decorate(Cache as never, 'refresh' as never, Object.getOwnPropertyDescriptor(Cache, 'refresh') as never);
    },
    'a getter': (decorate) => {
      class Cache {
        get refresh() {
          return 1;
        }
      }
      decorate(
        Cache.prototype as never,
        'refresh' as never,
        Object.getOwnPropertyDescriptor(Cache.prototype, 'refresh') as never,
      );
    },
    'a field': (decorate) => {
      class Cache {}
      decorate(Cache.prototype as never, 'refresh' as never);
    },
  };

  it.each(
    Object.entries(decorators).flatMap(([what, decorator]) =>
      Object.entries(places).map(([place, use]) => [what, place, decorator, use] as const),
    ),
  )('%s on %s says where it belongs', (what, _, decorator, use) => {
    expect(thrown(() => use(decorator as never))).toMatchObject({
      code: 'ERR_MODE_DECLARATION',
      message: `${what} is on Cache.refresh, which is no public method of an instance\n  → Put it on a method that is neither static nor #private.`,
    });
  });

  it.each(Object.entries(decorators))('%s on a class says where it belongs', (what, decorator) => {
    expect(thrown(() => (decorator as unknown as (cls: unknown) => void)(class Cache {}))).toMatchObject({
      code: 'ERR_MODE_DECLARATION',
      message: expect.stringContaining(`${what} is on Cache, `),
    });
  });

  it('an option that is none is refused', () => {
    expect(() => task({ onError: 'explode' as never })).toThrow(
      new TypeError("onError of @task() is 'crash', 'log', 'retry' or a function, not explode\n  → Give one of these."),
    );
    expect(() => timer('1s', { onError: 42 as never })).toThrow(TypeError);
    for (const decorate of [
      () => timer('1s', { onError: 'retry' as never }),
      () => crontab('* * * * *', { onError: 'retry' as never }),
    ]) {
      expect(decorate).toThrow(/'crash', 'log' or a function, not retry\n {2}→ It runs again at its next time anyway/);
    }
  });

  it('an option that nobody reads is refused, with the nearest', () => {
    expect(() => task({ onEror: 'log' } as never)).toThrow(
      new TypeError('@task() has no option onEror; did you mean onError?\n  → Its options: name, onError.'),
    );
    expect(() => timer('1s', { jiter: '1s' } as never)).toThrow('@timer() has no option jiter; did you mean jitter?');
    expect(() => crontab('* * * * *', { timeZone: 'UTC' } as never)).toThrow(
      '@crontab() has no option timeZone; did you mean timezone?',
    );
    for (const decorate of [() => task(null as never), () => timer('1s', null as never)]) {
      expect(decorate).toThrow(/takes options, not null\n {2}→ Give { /);
    }
  });

  it('a decorator without its parentheses is refused', () => {
    class Cache {
      refresh() {}
    }
    const descriptor = Object.getOwnPropertyDescriptor(Cache.prototype, 'refresh');
    const bare = task as unknown as (...given: unknown[]) => void;
    const refusal = new TypeError('@task() is written without its parentheses\n  → Write @task().');
    expect(() => {
      bare(Cache.prototype, 'refresh', descriptor);
    }).toThrow(refusal);
    expect(() => {
      bare(Cache.prototype.refresh, { kind: 'method', name: 'refresh' });
    }).toThrow(refusal);
  });
});

describe('container.timers()', () => {
  it('lists every timer and crontab with its next and last run, runs, skips and failures', async () => {
    const { container, clock } = stage();
    @service()
    class Cache extends Service {
      @task()
      listen() {
        return never();
      }
      @timer('10s')
      async refresh() {
        await this.sleep('25s');
      }
      @timer('1m', { onError: 'log' })
      sweep() {
        throw new Error('boom');
      }
    }
    @service()
    class Reports extends Service {
      constructor(readonly cache: Cache) {
        super();
      }
      @crontab('0 * * * *', { timezone: 'UTC', name: 'hourly' })
      report() {}
    }
    await container.boot(Reports);
    await clock.advance('65s');
    expect(container.timers()).toEqual([
      {
        service: 'Cache',
        name: 'refresh',
        kind: 'timer',
        nextAt: new Date('2026-01-01T00:01:10Z'),
        lastAt: new Date('2026-01-01T00:00:40Z'),
        lastMs: 25_000,
        runs: 2,
        skipped: 4,
        failures: 0,
      },
      {
        service: 'Cache',
        name: 'sweep',
        kind: 'timer',
        nextAt: new Date('2026-01-01T00:02:00Z'),
        lastAt: new Date('2026-01-01T00:01:00Z'),
        lastMs: 0,
        runs: 1,
        skipped: 0,
        failures: 1,
      },
      {
        service: 'Reports',
        name: 'hourly',
        kind: 'crontab',
        nextAt: new Date('2026-01-01T01:00:00Z'),
        runs: 0,
        skipped: 0,
        failures: 0,
      },
    ]);
    const stop = rejection(container.stop());
    await clock.advance('1m');
    expect(await stop).toMatchObject({ abandoned: [{ service: 'Cache', waitingOn: ['task listen'] }] });
  });

  it('is empty while nothing runs', async () => {
    @service()
    class Cache {
      @timer('1s')
      refresh() {}
    }
    const { container } = stage();
    expect(container.timers()).toEqual([]);
    await container.boot(Cache);
    expect(container.timers()).toHaveLength(1);
    await container.stop();
    expect(container.timers().map(({ nextAt }) => nextAt)).toEqual([undefined]);
  });
});
