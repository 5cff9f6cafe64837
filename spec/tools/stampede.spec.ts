import { describe, expect, it } from 'vitest';
import { deferred } from '../../lib/base/async.js';
import { stampede } from '../../lib/tools/stampede.js';

describe('stampede', () => {
  it('has callers share the call that is under way, and who comes later start a new one', async () => {
    let calls = 0;
    const gates = [deferred(), deferred()];
    const commit = stampede(async () => {
      const call = calls++;
      await gates[call]?.promise;
      return call;
    });
    const first = Promise.all([commit(), commit(), commit()]);
    gates[0]?.resolve();
    expect(await first).toEqual([0, 0, 0]);
    const second = Promise.all([commit(), commit()]);
    gates[1]?.resolve();
    expect(await second).toEqual([1, 1]);
    expect(calls).toBe(2);
  });

  it('shares errors too, thrown or rejected, and goes on after them', async () => {
    let calls = 0;
    const fail = stampede((): Promise<never> => {
      calls += 1;
      if (calls === 1) throw new Error('thrown');
      return Promise.reject(new Error('rejected'));
    });
    for (const message of ['thrown', 'rejected']) {
      const outcomes = await Promise.allSettled([fail(), fail()]);
      expect(outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as Error).message)).toEqual([
        message,
        message,
      ]);
    }
    expect(calls).toBe(2);
  });

  it('starts the call at once, and a new one for a caller that goes straight on', async () => {
    let calls = 0;
    const count = stampede(() => Promise.resolve(++calls));
    const first = count();
    expect(calls).toBe(1);
    expect([await first, await count()]).toEqual([1, 2]);
  });

  it('decorates a method, for each instance by itself', async () => {
    class Client {
      static calls = 0;
      connects = 0;

      @stampede
      async connect(): Promise<Client> {
        this.connects += 1;
        await Promise.resolve();
        return this;
      }

      @stampede
      static async reset(): Promise<number> {
        await Promise.resolve();
        return (Client.calls += 1);
      }
    }
    const [one, two] = [new Client(), new Client()];
    expect(await Promise.all([one.connect(), one.connect(), two.connect()])).toEqual([one, one, two]);
    expect([one.connects, two.connects]).toEqual([1, 1]);
    expect(await Promise.all([Client.reset(), Client.reset()])).toEqual([1, 1]);
    expect(Client.prototype.connect.name).toBe('connect');
  });

  it('decorates a method as a standard decorator', async () => {
    let calls = 0;
    const method = async function commit(this: object) {
      calls += 1;
      await Promise.resolve();
      return this;
    };
    const context = { kind: 'method', name: 'commit' } as ClassMethodDecoratorContext<object, typeof method>;
    const decorated = stampede(method, context);
    const [one, two] = [{}, {}];
    expect(await Promise.all([decorated.call(one), decorated.call(one), decorated.call(two)])).toEqual([one, one, two]);
    expect([calls, decorated.name]).toEqual([2, 'commit']);
  });

  it('refuses what is no method, and what takes arguments', () => {
    const decorate = stampede as unknown as (target: object, key: string, descriptor?: PropertyDescriptor) => unknown;
    expect(() => decorate({}, 'field')).toThrow(
      new TypeError('field is no method, and only methods can be decorated so'),
    );
    expect(() => decorate({}, 'size', { get: () => 1 })).toThrow('size is no method');
    // @ts-expect-error callers with different arguments have nothing to share
    stampede((id: string) => Promise.resolve(id));
  });
});
