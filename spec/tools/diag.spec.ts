import { describe, expect, it } from 'vitest';
import { deferred } from '../../lib/base/async.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { Diag, transitionsTo, withFlag } from '../../lib/tools/diag.js';

describe('Diag', () => {
  it('shows the flags that are set', () => {
    const diag = new Diag();
    const { flags } = diag;
    diag.set('a');
    diag.set('a');
    diag.set('b');
    expect([...flags]).toEqual(['a', 'b']);
    diag.unset('a');
    diag.unset('c');
    expect([...flags]).toEqual(['b']);
  });

  it('remembers when a flag was last set', () => {
    const clock = new FakeClock({ start: '2026-03-01T00:00:00Z' });
    const diag = new Diag(clock);
    diag.set('a');
    clock.block('1m');
    diag.unset('a');
    diag.hold('b')();
    expect(Object.fromEntries(diag.lastTransition)).toEqual({
      a: new Date('2026-03-01T00:00:00Z'),
      b: new Date('2026-03-01T00:01:00Z'),
    });
  });

  it('keeps a flag up for everybody who holds it', () => {
    const diag = new Diag();
    const [first, second] = [diag.hold('busy'), diag.hold('busy')];
    first();
    first();
    expect(diag.flags.has('busy')).toBe(true);
    second();
    expect(diag.flags.has('busy')).toBe(false);
  });

  it('keeps apart what is set and what is held', () => {
    const diag = new Diag();
    const release = diag.hold('busy');
    diag.unset('busy');
    expect(diag.flags.has('busy')).toBe(true);
    diag.set('busy');
    release();
    expect(diag.flags.has('busy')).toBe(true);
    diag.unset('busy');
    expect(diag.flags.has('busy')).toBe(false);
  });
});

describe('withFlag', () => {
  it('keeps the flag up until the promise has settled, and settles like it', async () => {
    const diag = new Diag();
    const [good, bad] = [deferred<number>(), deferred()];
    const outcomes = Promise.allSettled([withFlag(diag, 'busy', good.promise), withFlag(diag, 'busy', bad.promise)]);
    good.resolve(1);
    await good.promise;
    expect(diag.flags.has('busy')).toBe(true);
    bad.reject('broken');
    expect(await outcomes).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: 'broken' },
    ]);
    expect(diag.flags.has('busy')).toBe(false);
  });
});

describe('@transitionsTo', () => {
  class Consumer {
    readonly diag = new Diag();
    readonly gate = deferred();
    seen: string[] = [];

    @transitionsTo('committing')
    async commit(offset: number): Promise<number> {
      this.seen.push(...this.diag.flags);
      await this.gate.promise;
      return offset;
    }

    @transitionsTo('rebalancing')
    async rebalance(): Promise<number> {
      return (await this.commit(1)) + 1;
    }

    @transitionsTo('counting')
    count(): string[] {
      return [...this.diag.flags];
    }

    @transitionsTo('failing')
    fail(): void {
      throw new Error('broken');
    }

    @transitionsTo('failing')
    async failLater(): Promise<void> {
      await Promise.reject(new Error('broken'));
    }
  }

  it('keeps the flag up while the method runs', async () => {
    const consumer = new Consumer();
    const committed = consumer.commit(7);
    expect(consumer.seen).toEqual(['committing']);
    consumer.gate.resolve();
    expect(await committed).toBe(7);
    expect(consumer.diag.flags.size).toBe(0);
  });

  it('counts calls within calls and at the same time', async () => {
    const consumer = new Consumer();
    const rebalanced = consumer.rebalance();
    const committed = consumer.commit(2);
    expect([...consumer.diag.flags].sort()).toEqual(['committing', 'rebalancing']);
    consumer.gate.resolve();
    await committed;
    expect(await rebalanced).toBe(2);
    expect(consumer.diag.flags.size).toBe(0);
  });

  it('takes the flag down after an error, and for a method that is not async', async () => {
    const consumer = new Consumer();
    expect(() => {
      consumer.fail();
    }).toThrow('broken');
    await expect(consumer.failLater()).rejects.toThrow('broken');
    expect(consumer.count()).toEqual(['counting']);
    expect(consumer.diag.flags.size).toBe(0);
  });

  it('keeps the name and the length of the method', () => {
    expect([Consumer.prototype.commit.name, Consumer.prototype.commit.length]).toEqual(['commit', 1]);
  });

  it('is a standard decorator too', () => {
    const method = function explain(this: Consumer, prefix: string): string {
      return prefix + [...this.diag.flags].join();
    };
    const context = { kind: 'method', name: 'explain' } as ClassMethodDecoratorContext<Consumer, typeof method>;
    const decorated = transitionsTo('describing')(method, context);
    expect(decorated.call(new Consumer(), 'is ')).toBe('is describing');
  });

  it('is for classes that have diagnostics', () => {
    class Plain {
      // @ts-expect-error there is no `diag` to set the flag on
      @transitionsTo('lost')
      run(): void {
        // nothing
      }
    }
    expect(() => {
      new Plain().run();
    }).toThrow(TypeError);
  });
});
