/** A boot without a root left out what only a redirection leads to, and what was booted before without being bound. */
import { expect, it } from 'vitest';
import { Service, service } from '../../lib/index.js';
import { stage } from '../container/support.js';

@service()
class Redis extends Service {}

@service()
class Memory extends Service {}

it('what a redirection leads to is started', async () => {
  const { container, history } = stage();
  container.bind('cache').toService('store');
  container.bind('store').toService(Redis);
  await container.boot();
  expect(history.list).toEqual(['Redis: idle→starting', 'Redis: starting→running']);
  await container.stop();
});

it('redirections that lead nowhere, or round in a circle, are nothing to start', async () => {
  const { container, history } = stage();
  container.bind('a').toService('b');
  container.bind('b').toService('a');
  container.bind('nowhere').toService('nothing');
  container.bind(Redis).toSelf();
  await container.boot();
  expect(history.list).toEqual(['Redis: idle→starting', 'Redis: starting→running']);
  await container.stop();
});

it('what was booted and is bound by itself is started again', async () => {
  const { container, history } = stage();
  container.bind(Memory).toSelf();
  const redis = await container.boot(Redis);
  await container.stop();
  history.clear();
  await container.boot();
  expect(history.list).toEqual([
    'Memory: idle→starting',
    'Memory: starting→running',
    'Redis: stopped→starting',
    'Redis: starting→running',
  ]);
  expect(redis.restartCount).toBe(1);
  await container.stop();
});

it('a double that took the place of what was booted counts', async () => {
  const { container, history } = stage();
  await container.boot(Redis);
  await container.stop();
  container.bind(Redis).toConstantValue('double' as never);
  history.clear();
  await container.boot();
  expect(history.list).toEqual([]);
});
