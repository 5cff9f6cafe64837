import { describe, expect, it } from 'vitest';
import { Container, ModeError, Service, service } from '../../lib/index.js';
import { boom, rejection, theatre } from '../lifecycle/support.js';

describe('the names of a service', () => {
  it('are that of its class', () => {
    class PageViewCache extends Service {}
    const a = new PageViewCache();
    expect([a.label, a.shortLabel, a.beacon.name]).toEqual(['PageViewCache', 'PageViewCache', 'PageViewCache']);
  });

  it('or what @service() says', () => {
    @service({ name: 'cache' })
    class PageViewCache extends Service {}
    const a = new PageViewCache();
    expect([a.label, a.shortLabel]).toEqual(['cache', 'cache']);
  });
});

describe('what a service tells about itself', () => {
  it('at the beginning', () => {
    class A extends Service {}
    const { state, started, crashed, shouldStop, crashReason, restartCount, signal } = new A();
    expect({ state, started, crashed, shouldStop, crashReason, restartCount, aborted: signal.aborted }).toEqual({
      state: 'idle',
      started: false,
      crashed: false,
      shouldStop: false,
      crashReason: undefined,
      restartCount: 0,
      aborted: false,
    });
  });

  it('counts every start after the first, failed ones too', async () => {
    let broken = false;
    const { actor } = theatre();
    const a = actor('A', {
      onStart() {
        if (broken) throw boom;
      },
    });
    const counts = [a.restartCount];
    await a.start();
    counts.push(a.restartCount);
    await a.restart();
    counts.push(a.restartCount);
    broken = true;
    await rejection(a.restart());
    counts.push(a.restartCount);
    broken = false;
    await a.start();
    counts.push(a.restartCount);
    expect(counts).toEqual([0, 0, 1, 2, 3]);
  });
});

describe('a field that hides a member of Service', () => {
  it.each<[string]>(
    Object.getOwnPropertyNames(Service.prototype)
      .filter((name) => name !== 'constructor')
      .map((name) => [name]),
  )('%s: is refused at start', async (member) => {
    class Careless extends Service {
      constructor() {
        super();
        Object.defineProperty(this, member, { value: 1, enumerable: true, configurable: true });
      }
    }
    const started = Service.prototype.start.call(new Careless());
    const error = await rejection(started);
    expect([error.code, error.message]).toEqual([
      'ERR_MODE_SHADOWED',
      `Careless has a field "${member}" of its own, which hides the ${member} that every Service has\n` +
        `  → Rename the field ${member} of Careless.`,
    ]);
  });

  it('is called a parameter property where it is one', async () => {
    class Careless extends Service {
      constructor(log: string) {
        super();
        Object.defineProperty(this, 'log', { value: log, enumerable: true });
      }
    }
    const { message } = await rejection<Error>(new Careless('mine').start());
    expect(message).toContain('Careless has a parameter property "log" of its own, which hides the log');
  });

  it('is refused at every start', async () => {
    const { log } = theatre();
    class Careless extends Service {
      override onStart(): void {
        log.push('started');
      }
    }
    const a = new Careless();
    Object.defineProperty(a, 'signal', { value: 1, enumerable: true });
    for (let start = 0; start < 2; start += 1) {
      expect((await rejection(a.start())).code).toBe('ERR_MODE_SHADOWED');
    }
    expect([log, a.state]).toEqual([[], 'crashed']);
  });

  it('is refused in a container, as the cause of the failed boot', async () => {
    @service()
    class Careless extends Service {
      constructor() {
        super();
        Object.assign(this, { beaconOfMine: 1 });
        Object.defineProperty(this, 'log', { value: console, enumerable: true });
      }
    }
    const error = await rejection(new Container().boot(Careless));
    expect([error.code, (error.cause as ModeError).code]).toEqual(['ERR_MODE_BOOT', 'ERR_MODE_SHADOWED']);
  });

  it('is none of a class that does not extend Service', async () => {
    @service()
    class Plain {
      state = 'of my own';
      log: string[] = [];
      onStart(): void {
        this.log.push('started');
      }
    }
    const plain = await new Container().boot(Plain);
    expect([plain.state, plain.log]).toEqual(['of my own', ['started']]);
  });

  it('is one in an own class between: only fields count, methods may be overridden', async () => {
    class Loud extends Service {
      override get label(): string {
        return super.label.toUpperCase();
      }
      override crash(error: unknown): void {
        super.crash(error);
      }
    }
    const a = new Loud();
    await a.start();
    expect([a.label, a.state]).toEqual(['LOUD', 'running']);
    await a.stop();
  });
});

describe('await using', () => {
  it('stops the service at the end of the block', async () => {
    const { actor, log } = theatre();
    const a = actor('A', { only: ['onStart', 'onStop'] });
    {
      await using used = a;
      await used.start();
      log.push('used');
    }
    expect([log, a.state]).toEqual([['A.onStart', 'used', 'A.onStop'], 'stopped']);
  });

  it('stops it when the block throws, and of one that was never started nothing is to be done', async () => {
    const { actor } = theatre();
    const [a, b] = [actor('A'), actor('B')];
    const block = async (): Promise<void> => {
      await using used = a;
      await using unused = b;
      await used.start();
      expect(unused.state).toBe('idle');
      throw boom;
    };
    expect(await rejection(block())).toBe(boom);
    expect([a.state, b.state]).toEqual(['stopped', 'idle']);
  });

  it('rejects where the stop does', async () => {
    const { actor } = theatre();
    const a = actor('A', { onStop: () => Promise.reject(boom) });
    await a.start();
    expect(await rejection(a[Symbol.asyncDispose]())).toBe(boom);
  });
});
