import { expect, it } from 'vitest';
import { Container, service, Service } from '../../lib/index.js';
import { FakeClock, recordHistory } from '../../lib/testing/index.js';
import { boom, rejection, settle, theatre } from '../lifecycle/support.js';

// The way down began before the run had ended: its signal was not aborted and its reason unknown, and it was taken twice.
it('a listener may stop the container as soon as it hears of a crash', async () => {
  const seen: unknown[] = [];
  @service()
  class Redis extends Service {
    override onStop(): void {
      seen.push(this.signal.aborted, this.crashReason);
    }
  }
  const container = new Container({ clock: new FakeClock() });
  const history = recordHistory(container, { types: ['container', 'service'] });
  const redis = await container.boot(Redis);
  history.clear();
  container.on((event) => {
    if (event.type === 'service' && event.to === 'stopping') void container.stop().catch(() => undefined);
  });
  redis.crash(boom);
  await settle();
  expect(seen).toEqual([true, boom]);
  expect([redis.state, redis.crashReason]).toEqual(['crashed', boom]);
  expect(history.list.filter((line) => line.startsWith('Redis'))).toEqual([
    'Redis: running→stopping (boom)',
    'Redis: stopping→crashed (boom)',
  ]);
  expect(['stopped', 'failed']).toContain(container.state);
});

// The run was made after the event, so whoever heard of it found the last one, or none.
it('a listener may stop a service as soon as it hears that it starts', async () => {
  @service()
  class Redis extends Service {
    override onStart(): void {
      seen.push('onStart');
    }
  }
  const seen: unknown[] = [];
  const container = new Container({ clock: new FakeClock() });
  const redis = container.get(Redis);
  container.on((event) => {
    if (event.type !== 'service' || event.to !== 'starting') return;
    seen.push(redis.signal.aborted, redis.crashReason);
    void container.stop();
  });
  const booted = container.boot(Redis).catch((error: unknown) => (error as { code: string }).code);
  expect(await booted).toBe('ERR_MODE_BOOT');
  expect([seen, redis.state, container.state]).toEqual([[false, undefined, 'onStart'], 'stopped', 'stopped']);
});

// It was ended before its first step, and then took that step all the same.
it('a listener may stop a child as soon as it hears that it starts', async () => {
  const { actor, log } = theatre();
  const child = actor('child');
  @service()
  class Parent extends Service {
    override onInitDependencies(): Iterable<object> {
      return [child];
    }
  }
  const container = new Container({ clock: new FakeClock() });
  container.on((event) => {
    if (event.type === 'service' && event.name === 'child' && event.to === 'starting') void child.stop();
  });
  const error = await rejection(container.boot(Parent));
  expect([error.code, (error.cause as { code: string }).code]).toEqual(['ERR_MODE_BOOT', 'ERR_MODE_STOPPED']);
  expect([log, child.state, container.state]).toEqual([[], 'stopped', 'failed']);
});
