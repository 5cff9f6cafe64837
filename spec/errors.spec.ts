/**
 * One base class `ModeError` with a stable `code`, a `path` where there is one, a `cause`, and a message that ends with the remedy.
 * `ModeError.is(x)` works across duplicate installs. User code's own errors are never wrapped beyond `cause`.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import {
  BootError,
  Container,
  ModeError,
  PlanError,
  RestartLimitError,
  Service,
  StopError,
  inject,
  postConstruct,
  service,
  task,
  timer,
} from '../lib/index.js';
import { describeError } from '../lib/base/errors.js';
import { stage, troupe } from './container/support.js';
import { boom, rejection, settle, thrown } from './support.js';

const never = () => new Promise<never>(() => undefined);

class Bad extends Service {
  override onStart(): void {
    throw boom;
  }
}
service()(Bad);

/** Each of our errors as a program meets it. */
const errors: Record<string, () => Promise<unknown>> = {
  ERR_MODE_PLAN: async () => thrown(() => new Container().plan('missing')),
  ERR_MODE_BOOT: () => rejection(new Container().boot(Bad)),
  ERR_MODE_BOOT_ABORTED: async () => {
    const { player } = troupe();
    const { container } = stage();
    const booting = rejection<Error>(container.boot(player('Slow', { onStart: () => settle() })));
    await settle();
    await container.stop();
    return (await booting).cause;
  },
  ERR_MODE_START_TIMEOUT: async () => {
    const { player } = troupe();
    const { container, clock } = stage();
    const booting = rejection<Error>(container.boot(player('Slow', { onStart: never })));
    await clock.advance('2m');
    return (await booting).cause;
  },
  ERR_MODE_STOP: async () => {
    const { player } = troupe();
    const container = new Container();
    await container.boot(player('Bad', { onStop: () => Promise.reject(boom) }));
    return rejection(container.stop());
  },
  ERR_MODE_STOP_TIMEOUT: async () => {
    let reason: unknown;
    const { player } = troupe();
    const { container, clock } = stage();
    const onStop = (signal: AbortSignal) => (signal.addEventListener('abort', () => (reason = signal.reason)), never());
    await container.boot(player('Slow', { onStop }));
    const stopping = rejection(container.stop());
    await clock.advance('1m');
    await stopping;
    return reason;
  },
  ERR_MODE_STOPPED: async () => {
    class Plain extends Service {}
    const one = new Plain();
    await one.start();
    await one.stop();
    return one.signal.reason;
  },
  ERR_MODE_STOPPING: async () => {
    const { player, hold, release } = troupe();
    const { container } = stage();
    const App = player('App');
    await container.boot(App);
    hold('-App');
    const stopping = container.stop();
    const error = await rejection(container.boot(App));
    release('-App');
    await stopping;
    return error;
  },
  ERR_MODE_RESTART_LIMIT: async () => {
    @service({ restart: { maxRestarts: 0 } })
    class Crashing extends Service {}
    const { container } = stage();
    let last: unknown;
    container.on((event) => {
      if (event.type === 'container') last = event.error;
    });
    (await container.boot(Crashing)).crash(boom);
    await settle();
    return last;
  },
  ERR_MODE_RESTART_ABORTED: async () => {
    const { player, hold, release } = troupe();
    const { container } = stage();
    const App = player('App');
    await container.boot(App);
    hold('-App');
    const restarting = rejection(container.restart(App));
    await settle();
    const stopping = container.stop();
    release('-App');
    await stopping;
    return restarting;
  },
  ERR_MODE_UNKNOWN: () => rejection(new Container().stop('nothing')),
  ERR_MODE_NOT_RUNNING: async () => {
    const container = new Container();
    container.resource('pool', { start: () => 1 });
    return thrown(() => container.get('pool'));
  },
  ERR_MODE_ASYNC_CONSTRUCTION: async () => {
    class Late {
      @postConstruct()
      async ready() {}
    }
    service()(Late);
    return (await rejection<Error>(new Container().boot(Late))).cause;
  },
  ERR_MODE_SHADOWED: async () => {
    class Shadowing extends Service {}
    Object.defineProperty(Shadowing.prototype, 'onInitDependencies', { value: () => undefined });
    const one = Object.assign(new Shadowing(), {});
    Object.defineProperty(one, 'log', { value: 1, enumerable: true });
    return rejection(one.start());
  },
  ERR_MODE_DECLARATION: async () => thrown(() => service()(Bad)),
};

/** Whom they name in their `path`. The others are about a container, or come from before there is a graph. */
const culprits: Record<string, string[]> = {
  ERR_MODE_BOOT: ['Bad'],
  ERR_MODE_NOT_RUNNING: ['pool'],
  ERR_MODE_PLAN: ['missing'],
  ERR_MODE_RESTART_ABORTED: ['App'],
  ERR_MODE_RESTART_LIMIT: ['Crashing'],
  ERR_MODE_SHADOWED: ['Shadowing'],
  ERR_MODE_START_TIMEOUT: ['Slow'],
  ERR_MODE_STOP: ['Bad'],
  ERR_MODE_STOPPED: ['Plain'],
  ERR_MODE_STOP_TIMEOUT: ['Slow'],
  ERR_MODE_UNKNOWN: ['nothing'],
};

describe('every error of ours', () => {
  it.each(Object.entries(errors))('%s: a code, a message that ends with the remedy', async (code, meet) => {
    const error = (await meet()) as ModeError;
    expect(error).toBeInstanceOf(ModeError);
    expect(error).toBeInstanceOf(Error);
    expect(ModeError.is(error)).toBe(true);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^.+\n {2}→ [A-Z][^\n]+\.$/s);
    expect(error.message.split('\n  → ')).toHaveLength(2);
    expect(error.path).toEqual(culprits[code]);
    expect(error.stack).toContain(error.message.split('\n')[0]);
  });

  it('has a name of its own: what a log shows', async () => {
    const names = await Promise.all(Object.values(errors).map(async (meet) => ((await meet()) as Error).name));
    expect(new Set(names)).toEqual(
      new Set(['PlanError', 'BootError', 'StopError', 'RestartLimitError', 'AbortError', 'ModeError']),
    );
  });
});

describe('the catalogue of codes', () => {
  const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  // in lib/base/errors.ts: a line a code, with what it means
  const catalogue = Array.from(
    read('lib/base/errors.ts').matchAll(/^ {2}\| '(ERR_MODE_\w+)';? \/\/ (.+)$/gm),
    ([, code = '', meaning = '']) => ({ code, meaning }),
  );
  const codes = catalogue.map(({ code }) => code);

  it('has each code that an error is made with, once, in alphabetical order', () => {
    const sources = readdirSync(new URL('../lib/', import.meta.url), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => read(`lib/${file}`));
    const made = sources.flatMap((text) =>
      Array.from(text.matchAll(/(?:new ModeError|super)\(\s*'(\w+)'/g), ([, code = '']) => code),
    );
    expect(codes).toEqual([...new Set(made)].sort());
  });

  it('is explained in docs/errors.md: what happened, and what to do', () => {
    const rows = Array.from(
      read('docs/errors.md').matchAll(/^\| `(ERR_MODE_\w+)` *\| (.+?) *\| (.+?) *\|$/gm),
      ([, code, meaning, advice]) => ({ code, meaning, advice }),
    );
    expect(rows).toEqual(catalogue.map((one) => ({ ...one, advice: expect.stringMatching(/^[A-Z].+\.$/) as string })));
  });
});

describe('the classes', () => {
  it('PlanError: problems', () => {
    const error = thrown<PlanError>(() => new Container().plan('missing'));
    expect(error).toBeInstanceOf(PlanError);
    expect(error.problems).toMatchObject([
      { kind: 'missing', message: expect.any(String), path: ['missing'], suggestions: [] },
    ]);
  });

  it('BootError: service, path, cause, errors', async () => {
    const error = await rejection<BootError>(new Container().boot(Bad));
    expect(error).toBeInstanceOf(BootError);
    expect({ service: error.service, path: error.path, cause: error.cause, errors: error.errors }).toEqual({
      service: 'Bad',
      path: ['Bad'],
      cause: boom,
      errors: [],
    });
  });

  it('StopError: errors, abandoned', () => {
    const error = new StopError(
      [{ service: 'A', error: boom }],
      [{ service: 'B', waitingOn: ['onStop', 'task listen'] }],
    );
    expect({ errors: error.errors, abandoned: error.abandoned, cause: error.cause }).toEqual({
      errors: [{ service: 'A', error: boom }],
      abandoned: [{ service: 'B', waitingOn: ['onStop', 'task listen'] }],
      cause: boom,
    });
    expect(error.message).toBe(
      `Not everything stopped cleanly:
  - A: boom
  - B was abandoned, waiting on onStop, task listen
  → Let what is named settle when its signal aborts, or give it more time with \`stopTimeout\` or \`stop({ timeout })\`.`,
    );
  });

  it('RestartLimitError: service, restarts, cause', async () => {
    const error = (await errors['ERR_MODE_RESTART_LIMIT']?.()) as RestartLimitError;
    expect(error).toBeInstanceOf(RestartLimitError);
    expect({ service: error.service, restarts: error.restarts, cause: error.cause }).toEqual({
      service: 'Crashing',
      restarts: 0,
      cause: boom,
    });
  });
});

describe('ModeError.is()', () => {
  it('works across duplicate installs, where instanceof does not', async () => {
    vi.resetModules();
    const copy = await import('../lib/index.js');
    expect(copy.ModeError).not.toBe(ModeError);
    const theirs = thrown(() => new copy.Container().plan('missing'));
    expect([theirs instanceof ModeError, ModeError.is(theirs), copy.ModeError.is(theirs)]).toEqual([false, true, true]);
    expect(copy.ModeError.is(thrown(() => new Container().plan('missing')))).toBe(true);
  });

  it.each([[boom], [undefined], [null], ['ERR_MODE_PLAN'], [{ code: 'ERR_MODE_PLAN' }], [42]])(
    'is false for %j',
    (value) => {
      expect(ModeError.is(value)).toBe(false);
    },
  );

  it('is not among what is printed', () => {
    const error = new ModeError('ERR_MODE_INTERNAL', { message: 'A test', remedy: 'Pass.' });
    expect(Object.keys(error).sort()).toEqual(['code', 'name']);
  });
});

describe("user code's own errors are never wrapped beyond `cause`", () => {
  it.each<[string, object]>([
    [
      'a constructor',
      class {
        constructor() {
          throw boom;
        }
        onStart() {}
      },
    ],
    [
      'a hook',
      class {
        onStart() {
          throw boom;
        }
      },
    ],
    ['@postConstruct()', postConstructing()],
    ['an injected value', injecting()],
  ])('of %s', async (_, cls) => {
    service()(cls as new () => object);
    const container = new Container();
    container.bind('value').toDynamicValue(() => {
      throw boom;
    });
    const error = await rejection<BootError>(container.boot(cls as never));
    expect(error.cause).toBe(boom);
  });

  it('of a task: crashReason, failure and event have it as it is', async () => {
    @service({ restart: { when: 'never' } })
    class Failing extends Service {
      @task()
      async listen() {
        await settle();
        throw boom;
      }
      @timer('1s')
      tick() {}
    }
    const { container } = stage();
    const seen: unknown[] = [];
    container.on((event) => {
      if ('error' in event) seen.push(event.error);
    });
    const failing = await container.boot(Failing);
    await settle();
    await settle();
    expect([failing.crashReason, failing.signal.reason, container.health().services[0]?.failure]).toEqual([
      boom,
      boom,
      boom,
    ]);
    expect(new Set(seen)).toEqual(new Set([boom]));
  });

  it('of a service outside a container: start() rejects with it', async () => {
    expect(await rejection(new Bad().start())).toBe(boom);
  });

  it('of a stop: StopError.errors has it as it is', async () => {
    const error = (await errors['ERR_MODE_STOP']?.()) as StopError;
    expect(error.errors[0]?.error).toBe(boom);
  });

  it.each([['a string'], [undefined], [null], [{ some: 'thing' }]])('also when %j is thrown', async (value) => {
    const { player } = troupe();
    expect(
      (await rejection<BootError>(new Container().boot(player('Odd', { onStart: () => Promise.reject(value) })))).cause,
    ).toBe(value);
  });
});

describe('describeError() says in one line what was thrown', () => {
  it.each([
    [new Error('boom'), 'boom'],
    [new TypeError('boom'), 'TypeError: boom'],
    // eslint-disable-next-line unicorn/error-message -- that is the point
    [new Error(''), 'an error without a message'],
    // eslint-disable-next-line unicorn/error-message -- that is the point
    [new RangeError(''), 'RangeError'],
    ['a string', 'a string'],
    [undefined, 'undefined'],
    [null, 'null'],
    [42, '42'],
    [{ code: 1 }, '{ code: 1 }'],
    [Symbol('s'), 'Symbol(s)'],
  ])('%o', (error, line) => {
    expect(describeError(error)).toBe(line);
  });
});

function injecting() {
  class Injecting {
    @inject('value') readonly value: unknown;
  }
  return Injecting;
}

function postConstructing() {
  class Constructing {
    @postConstruct()
    ready() {
      throw boom;
    }
  }
  return Constructing;
}
