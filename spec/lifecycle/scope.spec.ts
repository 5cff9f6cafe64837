import { describe, expect, it } from 'vitest';
import { Service, type StopError } from '../../lib/index.js';
import { boom, fail, gate, rejection, settle, statusOf, theatre, thrown } from './support.js';

describe('what a run has acquired', () => {
  it('is released last in, first out, whichever way it was given', async () => {
    const { actor, log } = theatre();
    const a = actor('A', {
      only: ['onStop', 'onShutdown'],
      onStart(this: Service) {
        this.use({ [Symbol.dispose]: () => void log.push('disposed') });
        this.adopt('a file', (value) => log.push(`closed ${value}`));
        this.defer(() => log.push('deferred'));
        this.use({ [Symbol.asyncDispose]: () => Promise.resolve().then(() => void log.push('disposed in time')) });
      },
    });
    await a.start();
    await a.stop();
    expect(log).toEqual([
      'A.onStart',
      'A.onStop',
      'disposed in time',
      'deferred',
      'closed a file',
      'disposed',
      'A.onShutdown',
    ]);
  });

  it('is released one after another', async () => {
    const { actor, since } = theatre();
    const { wait, resolve } = gate();
    const a = actor('A', { only: ['onShutdown'] });
    await a.start();
    a.defer(() => since().push());
    const log: string[] = [];
    a.defer(() => log.push('first acquired'));
    a.defer(async () => {
      log.push('last acquired');
      await wait();
      log.push('last acquired is released');
    });
    const stopped = a.stop();
    await settle();
    expect([log, await statusOf(stopped)]).toEqual([['last acquired'], 'pending']);
    resolve();
    await stopped;
    expect(log).toEqual(['last acquired', 'last acquired is released', 'first acquired']);
  });

  it('is given back to whoever acquires it', async () => {
    const { actor } = theatre();
    const a = actor('A');
    await a.start();
    const value = { [Symbol.dispose]: () => undefined };
    expect([a.use(value), a.adopt(7, () => undefined), a.defer(() => undefined)]).toEqual([value, 7, undefined]);
  });

  it('is released once, and belongs to its own run', async () => {
    const { actor } = theatre();
    const log: string[] = [];
    let run = 0;
    const a = actor('A', {
      onStart(this: Service) {
        run += 1;
        const mine = run;
        this.defer(() => log.push(`released ${String(mine)}`));
      },
    });
    await a.start();
    await a.restart();
    expect(log).toEqual(['released 1']);
    await a.stop();
    await a.stop();
    expect(log).toEqual(['released 1', 'released 2']);
  });

  it('is released after a crash as well', async () => {
    const { actor } = theatre();
    const log: string[] = [];
    const a = actor('A');
    await a.start();
    a.defer(() => log.push('released'));
    a.crash(boom);
    await a.stop();
    expect(log).toEqual(['released']);
  });

  it('can be acquired in any hook up to the release itself', async () => {
    const { actor, log } = theatre();
    const acquire = (name: string) =>
      function (this: Service): void {
        this.defer(() => log.push(`released ${name}`));
      };
    const a = actor('A', {
      only: ['onShutdown'],
      onFirstStart: acquire('onFirstStart'),
      onStart: acquire('onStart'),
      onStarted: acquire('onStarted'),
      onStop: acquire('onStop'),
    });
    await a.start();
    await a.stop();
    expect(log.slice(4)).toEqual([
      'released onStop',
      'released onStarted',
      'released onStart',
      'released onFirstStart',
      'A.onShutdown',
    ]);
  });

  it('is asked for its way of being released at once', async () => {
    const { actor } = theatre();
    const log: string[] = [];
    const a = actor('A');
    await a.start();
    const value: Disposable = { [Symbol.dispose]: () => void log.push('as it was') };
    a.use(value);
    value[Symbol.dispose] = () => void log.push('as it became');
    await a.stop();
    expect(log).toEqual(['as it was']);
  });

  it('in great number is released without a deep stack', async () => {
    const { actor } = theatre();
    const a = actor('A');
    await a.start();
    let released = 0;
    for (let index = 0; index < 20_000; index += 1) {
      a.defer(() => {
        released += 1;
      });
    }
    for (let index = 0; index < 2000; index += 1) {
      a.defer(async () => {
        await Promise.resolve();
        released += 1;
      });
    }
    await a.stop();
    expect(released).toBe(22_000);
  });
});

describe('a release that fails', () => {
  it('does not keep the others from being made, and its error is one of the stop', async () => {
    const { actor } = theatre();
    const log: string[] = [];
    const worse = new Error('worse');
    const a = actor('A', { onShutdown: () => log.push('A.onShutdown') });
    await a.start();
    a.defer(() => log.push('released the first'));
    a.defer(fail());
    a.use({ [Symbol.asyncDispose]: () => Promise.reject(worse) });
    a.defer(() => log.push('released the last'));
    const error = await rejection<StopError>(a.stop());
    expect(log).toEqual(['released the last', 'released the first', 'A.onShutdown']);
    expect(error.errors).toEqual([
      { service: 'A', error: worse },
      { service: 'A', error: boom },
    ]);
    expect([a.state, a.crashReason]).toEqual(['crashed', worse]);
  });

  it('is of one that cannot be released by itself, and is refused at once', async () => {
    const { actor } = theatre();
    const a = actor('A');
    await a.start();
    expect(thrown(() => a.use({} as Disposable)).message).toBe(
      'use() takes a value with [Symbol.asyncDispose] or [Symbol.dispose]; for any other, adopt(value, release)',
    );
    await a.stop();
    expect(a.state).toBe('stopped');
  });
});

describe('what is acquired too late', () => {
  it('is released next, and waited for, while another release is under way', async () => {
    const { actor } = theatre();
    const log: string[] = [];
    const [first, late] = [gate(), gate()];
    const a = actor('A');
    await a.start();
    a.defer(() => log.push('last'));
    a.defer(async () => {
      a.defer(async () => {
        log.push('late');
        await late.wait();
      });
      await first.wait();
    });
    const stopped = a.stop();
    expect([log, await statusOf(stopped)]).toEqual([[], 'pending']);
    first.resolve();
    expect([await statusOf(stopped), log]).toEqual(['pending', ['late']]);
    late.resolve();
    await stopped;
    expect(log).toEqual(['late', 'last']);
  });

  it('is released after onShutdown, and waited for, where that acquired it', async () => {
    const { actor } = theatre();
    const log: string[] = [];
    const { wait, resolve } = gate();
    const a = actor('A', {
      async onShutdown(this: Service) {
        this.defer(() => log.push('first acquired'));
        this.defer(async () => {
          log.push('last acquired');
          await wait();
        });
        await settle();
        log.push('onShutdown ends');
      },
    });
    await a.start();
    const stopped = a.stop();
    expect([await statusOf(stopped), log]).toEqual(['pending', ['onShutdown ends', 'last acquired']]);
    resolve();
    await stopped;
    expect(log).toEqual(['onShutdown ends', 'last acquired', 'first acquired']);
  });

  it('is given up with the rest where there is no time left to release it', async () => {
    const { actor, clock } = theatre();
    const log: string[] = [];
    const a = actor('A', {
      stopTimeout: '5s',
      onShutdown(this: Service) {
        this.defer(() => log.push('first acquired'));
        this.defer(() => new Promise(() => undefined));
      },
    });
    await a.start();
    const failed = rejection<StopError>(a.stop());
    await clock.advance('5s');
    expect((await failed).abandoned).toEqual([{ service: 'A', waitingOn: ['the release of what it uses'] }]);
    expect([log, a.state]).toEqual([['first acquired'], 'crashed']);
  });

  it.each<[string, (a: Service) => unknown]>([
    ['idle', () => undefined],
    ['stopped', (a) => a.start().then(() => a.stop())],
    ['crashed', (a) => a.start().then(() => a.crash(boom))],
    [
      'crashed',
      (a) => {
        a.crash(boom);
      },
    ],
  ])('is released at once and refused: of what is %s', async (state, lead) => {
    const { actor } = theatre();
    const log: string[] = [];
    const a = actor('A');
    await lead(a);
    await settle();
    const error = thrown(() => a.adopt('a file', (value) => log.push(`closed ${value}`)));
    expect([error.code, error.message]).toEqual([
      'ERR_MODE_NOT_RUNNING',
      `A is ${state}, so adopt() has no run to belong to\n  → Call adopt() from onStart or later, while the service runs.`,
    ]);
    await settle();
    expect(log).toEqual(['closed a file']);
    await a.start();
    await a.stop();
    expect(log).toEqual(['closed a file']);
  });

  it('and cannot be released, is told', async () => {
    const { actor, events } = theatre();
    const a = actor('A');
    await a.start();
    await a.stop();
    events.clear();
    thrown(() => {
      a.defer(fail());
    });
    await settle();
    expect(events.list).toEqual(['warning: A could not release what it gave to defer() (boom)']);
  });
});

describe('a hold', () => {
  it('keeps a stop waiting until it is released', async () => {
    const { actor, log } = theatre();
    const a = actor('A', { only: ['onStop', 'onShutdown'] });
    await a.start();
    const [one, two] = [a.holdShutdown(), a.holdShutdown()];
    const stopped = a.stop();
    expect(await statusOf(stopped)).toBe('pending');
    one.release();
    one.release();
    expect([await statusOf(stopped), log, a.state]).toEqual(['pending', ['A.onStop'], 'stopping']);
    two.release();
    await stopped;
    expect([log, a.state]).toEqual([['A.onStop', 'A.onShutdown'], 'stopped']);
  });

  it('that is released before the stop costs nothing', async () => {
    const { actor } = theatre();
    const a = actor('A');
    await a.start();
    a.holdShutdown().release();
    const held = a.holdShutdown();
    held.release();
    void a.stop();
    expect(a.state).toBe('stopped');
  });

  it('can be taken by onStop', async () => {
    const { actor } = theatre();
    let held: { release(): void } | undefined;
    const a = actor('A', {
      onStop(this: Service) {
        held = this.holdShutdown();
      },
    });
    await a.start();
    const stopped = a.stop();
    expect(await statusOf(stopped)).toBe('pending');
    held?.release();
    await stopped;
  });

  it('can be handed on while another one is let go', async () => {
    const { actor } = theatre();
    const a = actor('A');
    await a.start();
    const one = a.holdShutdown();
    const stopped = a.stop();
    await settle();
    one.release();
    const two = a.holdShutdown();
    expect(await statusOf(stopped)).toBe('pending');
    two.release();
    await stopped;
  });

  it('is for at most stopTimeout', async () => {
    const { actor, clock } = theatre();
    const a = actor('A', { stopTimeout: '10s' });
    await a.start();
    const held = a.holdShutdown();
    const failed = rejection<StopError>(a.stop());
    await clock.advance('10s');
    expect((await failed).abandoned).toEqual([{ service: 'A', waitingOn: ['a hold on its shutdown'] }]);
    held.release();
    await settle();
    expect([a.state, clock.sleepers]).toEqual(['crashed', 0]);
  });

  it('keeps a crash waiting too, and belongs to its own run', async () => {
    const { actor } = theatre();
    const a = actor('A');
    await a.start();
    const held = a.holdShutdown();
    a.crash(boom);
    await settle();
    expect(a.state).toBe('stopping');
    held.release();
    await settle();
    expect(a.state).toBe('crashed');
    await a.start();
    held.release();
    await a.stop();
    expect(a.state).toBe('stopped');
  });

  it('needs a run', () => {
    const { actor } = theatre();
    expect(thrown(() => actor('A').holdShutdown()).code).toBe('ERR_MODE_NOT_RUNNING');
  });
});
