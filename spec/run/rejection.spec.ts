import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { Service, service, serviceOfRejection, task, traceWaits, type Culprit } from '../../lib/index.js';

/** A stack as node writes it. */
function failed(...frames: string[]): Error {
  const error = new Error('boom');
  error.stack = ['Error: boom', ...frames.map((frame) => `    at ${frame}`)].join('\n');
  return error;
}

const where = '(file:///app/consumer.ts:3:7)';

describe('whose rejection it was', () => {
  it.each<[string[], Culprit | undefined]>([
    [[`Consumer.poll ${where}`], { service: 'Consumer', task: 'poll' }],
    [[`async Consumer.poll ${where}`], { service: 'Consumer', task: 'poll' }],
    [[`fetch ${where}`, `Client.get ${where}`, `async Consumer.poll ${where}`], { service: 'Consumer', task: 'poll' }],
    [[`Consumer.poll [as work] ${where}`], { service: 'Consumer', task: 'poll' }],
    [[`new Consumer ${where}`], { service: 'Consumer' }],
    [[`Consumer.<anonymous> ${where}`], { service: 'Consumer' }],
    // the nearest
    [[`Cache.get ${where}`, `async Consumer.poll ${where}`], { service: 'the cache', task: 'get' }],
    // not a part of a name
    [[`MyConsumer.poll ${where}`, `Consumers.poll ${where}`, `poll ${where}`], undefined],
    [['file:///Consumer.poll:1:2', `Object.Consumer ${where}`], undefined],
    [[], undefined],
  ])('is told from the stack %j', (frames, culprit) => {
    const known = new Map([
      ['Consumer', 'Consumer'],
      ['Cache', 'the cache'],
    ]);
    expect(serviceOfRejection(failed(...frames), known)).toEqual(culprit);
  });

  it('takes names alone', () => {
    expect(serviceOfRejection(failed(`Consumer.poll ${where}`), ['Consumer'])).toEqual({
      service: 'Consumer',
      task: 'poll',
    });
    expect(serviceOfRejection(failed(`Consumer.poll ${where}`))).toBe(undefined);
  });

  it.each([undefined, null, 'boom', { stack: 'x' }, Object.assign(new Error('boom'), { stack: undefined })])(
    'is not known of %o',
    (reason) => {
      expect(serviceOfRejection(reason, ['Consumer'])).toBe(undefined);
    },
  );

  describe('with tracing', () => {
    afterEach(() => {
      traceWaits(false);
    });

    it.each<[string, culprit: Culprit]>([
      ['task', { service: 'Feed', task: 'poll', run: 1 }],
      ['hook', { service: 'Feed', task: 'onStart', run: 1 }],
      ['added', { service: 'Feed', task: 'extra', run: 1 }],
    ])('is known exactly, of whatever was rejected: %s', async (place, culprit) => {
      traceWaits();
      const forget = (): void => {
        setImmediate(() => void Promise.reject('nothing to tell by'));
      };
      @service({ name: 'Feed' })
      class Consumer extends Service {
        override onStart(): void {
          if (place === 'hook') forget();
        }
        @task()
        poll(): void {
          if (place === 'task') forget();
        }
      }
      const consumer = new Consumer();
      const others = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection');
      const told = once(process, 'unhandledRejection').then(() => undefined);
      const culprits: unknown[] = [];
      process.prependListener('unhandledRejection', (reason: unknown) => culprits.push(serviceOfRejection(reason)));
      try {
        await consumer.start();
        if (place === 'added') consumer.addTask(forget, { name: 'extra' });
        await told;
        expect(culprits).toEqual([culprit]);
      } finally {
        process.removeAllListeners('unhandledRejection');
        for (const other of others) process.on('unhandledRejection', other);
        await consumer.stop();
      }
    });
  });
});
