/** What had been planned before a condition of a binding threw was not known to be needed when the same was planned again. */
import { expect, it } from 'vitest';
import { Container, service } from '../../lib/index.js';
import { rejection } from '../support.js';

it('a program whose condition threw can be booted once it does not', async () => {
  const log: string[] = [];
  @service({ inject: [] })
  class Redis {
    onStart() {
      log.push('Redis');
    }
  }
  @service({ inject: [Redis] })
  class Cache {
    constructor(readonly redis: Redis) {}
    onStart() {
      log.push('Cache');
    }
  }
  @service({ inject: ['port'] })
  class Web {
    constructor(readonly port: number) {}
    onStart() {
      log.push('Web');
    }
  }
  // what comes first is planned when the condition throws
  @service({ inject: [Cache, Web] })
  class App {
    constructor(
      readonly cache: Cache,
      readonly web: Web,
    ) {}
    onStart() {
      log.push('App');
    }
  }

  const container = new Container();
  let isMended = false;
  container
    .bind('port')
    .toConstantValue(80)
    .when(() => {
      if (isMended) return true;
      throw new Error('who knows');
    });
  expect(await rejection(container.boot(App))).toMatchObject({ message: 'who knows' });
  expect(log).toEqual([]);

  isMended = true;
  await container.boot(App);
  expect(log).toEqual(['Redis', 'Cache', 'Web', 'App']);
  await container.stop();
});
