/**
 * The same `@service`, `@task`, `@timer`, `@crontab` as standard (TC39) decorators. The test runner's compiler knows only the
 * legacy ones, so most of these call the decorators as a compiler would; the last has the real compiler do it.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Container, Service, crontab, service, task, timer } from '../../lib/index.js';
import { stage, thrown } from '../container/support.js';

type Cls = abstract new (...args: never[]) => unknown;
type Decorator = (value: never, context: never) => unknown;

/** Decorates a class as TypeScript's standard decorators do: its methods first, all with one metadata object. */
function decorated<T extends Cls>(cls: T, onClass: Decorator, onMethods: Record<string, Decorator> = {}): T {
  const base = Object.getPrototypeOf(cls) as { [Symbol.metadata]?: object };
  const metadata = Object.create(base[Symbol.metadata] ?? null) as object;
  const context = { metadata, addInitializer: () => undefined };
  for (const [name, decorate] of Object.entries(onMethods)) {
    const method = (cls.prototype as Record<string, unknown>)[name];
    decorate(method as never, { ...context, kind: 'method', name, static: false, private: false } as never);
  }
  onClass(cls as never, { ...context, kind: 'class', name: cls.name } as never);
  Object.defineProperty(cls, Symbol.metadata, { value: metadata, configurable: true, writable: true });
  return cls;
}

describe('standard decorators', () => {
  it('@service() declares', async () => {
    const Redis = decorated(class Redis extends Service {}, service({ name: 'redis' }) as Decorator);
    const Cache = decorated(
      class Cache extends Service {
        constructor(readonly redis: InstanceType<typeof Redis>) {
          super();
        }
      },
      service({ inject: [Redis] }) as Decorator,
    );
    const { container, history } = stage();
    const cache = await container.boot(Cache);
    expect(cache.redis).toBeInstanceOf(Redis);
    await container.stop();
    expect(history.list).toEqual([
      'redis: idle→starting',
      'redis: starting→running',
      'Cache: idle→starting',
      'Cache: starting→running',
      'Cache: running→stopping',
      'Cache: stopping→stopped',
      'redis: running→stopping',
      'redis: stopping→stopped',
    ]);
  });

  it('@task(), @timer() and @crontab() declare', async () => {
    const calls: string[] = [];
    const Cache = decorated(
      class Cache {
        listen() {
          calls.push('listen');
        }
        refresh() {
          calls.push('refresh');
        }
        report() {
          calls.push('report');
        }
      },
      service() as Decorator,
      { listen: task(), refresh: timer('25s'), report: crontab('* * * * *') },
    );
    const { container, clock } = stage();
    await container.boot(Cache);
    await clock.advance('1m');
    expect(calls).toEqual(['listen', 'refresh', 'refresh', 'report']);
    expect(container.timers().map(({ name, kind }) => `${kind} ${name}`)).toEqual(['timer refresh', 'crontab report']);
  });

  it('are inherited, and a redeclared method is as the nearest class says', async () => {
    const Base = decorated(
      class Base {
        refresh() {}
        sweep() {}
      },
      service() as Decorator,
      { refresh: timer('1s'), sweep: timer('5s') },
    );
    const Derived = decorated(
      class Derived extends Base {
        override refresh() {}
      },
      service() as Decorator,
      { refresh: timer('2s', { name: 'again' }) },
    );
    const { container } = stage();
    await container.boot(Derived);
    expect(container.timers().map(({ name }) => name)).toEqual(['sweep', 'again']);
  });

  it('of a class that is not decorated itself do nothing for its siblings', async () => {
    const One = decorated(
      class One {
        one() {}
      },
      service() as Decorator,
      { one: timer('1s') },
    );
    const Two = decorated(class Two {}, service() as Decorator);
    const { container } = stage();
    await container.boot([One, Two]);
    expect(container.timers().map(({ name }) => name)).toEqual(['one']);
  });

  it('know no parameters: without `inject` the error shows the remedies', () => {
    const Redis = decorated(class Redis {}, service() as Decorator);
    const Cache = decorated(
      class Cache {
        constructor(readonly redis: InstanceType<typeof Redis>) {}
      },
      service() as Decorator,
    );
    expect(thrown<Error>(() => new Container().plan(Cache)).message).toContain('@service({ inject: [...] })');
  });

  it.each([
    ['a #private method', { kind: 'method', name: '#refresh', private: true, static: false }],
    ['a static method', { kind: 'method', name: 'refresh', private: false, static: true }],
    ['a getter', { kind: 'getter', name: 'refresh', private: false, static: false }],
    ['a field', { kind: 'field', name: 'refresh', private: false, static: false }],
    ['a class', { kind: 'class', name: 'Cache' }],
  ])('of methods on %s say where they belong', (_, context) => {
    for (const decorator of [task(), timer('1s'), crontab('* * * * *')]) {
      expect(
        thrown(() => (decorator as Decorator)((() => undefined) as never, { metadata: {}, ...context } as never)),
      ).toMatchObject({
        code: 'ERR_MODE_DECLARATION',
        message: expect.stringContaining(`is on ${context.name}, which is no public method of an instance`),
      });
    }
  });

  it('of classes on a method say where they belong', () => {
    expect(() =>
      (service() as Decorator)((() => undefined) as never, { kind: 'method', name: 'run' } as never),
    ).toThrow(
      new TypeError('@service() decorates classes\n  → For methods there are @task(), @timer() and @crontab().'),
    );
  });
});

describe('compiled by tsc without `experimentalDecorators`', () => {
  const root = path.resolve(import.meta.dirname, '../..');
  const fixture = path.join(import.meta.dirname, 'fixtures/standard.ts');

  it('a program type-checks, boots, runs and stops', { timeout: 60_000 }, async () => {
    // inside the package, where what it imports is found
    const directory = await mkdtemp(path.join(root, 'node_modules/.standard-'));
    try {
      const run = promisify(execFile);
      const options = {
        extends: path.join(root, 'tsconfig.json'),
        compilerOptions: {
          experimentalDecorators: false,
          emitDecoratorMetadata: false,
          noEmit: false,
          rootDir: root,
          outDir: directory,
        },
        files: [fixture],
        include: [],
      };
      await writeFile(path.join(directory, 'tsconfig.json'), JSON.stringify(options));
      await writeFile(path.join(directory, 'package.json'), '{ "type": "module" }');
      await run(process.execPath, [path.join(root, 'node_modules/typescript/lib/tsc.js'), '-p', directory]);
      const { stdout } = await run(process.execPath, [
        path.join(directory, path.relative(root, fixture).replace('.ts', '.js')),
      ]);
      expect(stdout.trimEnd().split('\n')).toEqual([
        'Redis: idle→starting',
        'Redis: starting→running',
        'Cache: idle→starting',
        'Cache: starting→running',
        'Cache.listen: begin',
        'Cache.refresh: begin',
        'Cache.refresh: end',
        'Cache.report is a crontab',
        'Cache: running→stopping',
        'Cache.listen: end',
        'Cache: stopping→stopped',
        'Redis: running→stopping',
        'Redis: stopping→stopped',
      ]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
