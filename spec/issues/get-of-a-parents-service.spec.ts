/** A child's `get()` of a service that nobody runs yet was refused, although it starts nothing. */
import { expect, it } from 'vitest';
import { Container, Service, service } from '../../lib/index.js';

@service()
class Redis extends Service {}

@service({ inject: [Redis] })
class Cache extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}

@service({ inject: [Cache] })
class App extends Service {
  constructor(readonly cache: Cache) {
    super();
  }
}

it("gives the parent's instance, which the parent starts", async () => {
  const parent = new Container();
  parent.bind(Redis).toSelf();
  parent.bind(Cache).toSelf();
  const child = new Container({ parent });
  const early = child.get(App);
  expect(early.cache).toBe(child.get(Cache));
  expect([early.cache.state, early.cache.redis.state]).toEqual(['idle', 'idle']);
  await expect(child.boot(App)).rejects.toMatchObject({ problems: [{ kind: 'parent', path: ['App', 'Cache'] }] });
  expect(await parent.boot(Cache)).toBe(early.cache);
  expect(await child.boot(App)).toBe(early);
  expect(early.cache.redis).toBe(parent.get(Redis));
  await parent.stop();
});

it('of a resource that is not running is refused', () => {
  const parent = new Container();
  parent.resource('pool', { start: () => 1 });
  const child = new Container({ parent });
  @service({ inject: ['pool'] })
  class User {
    constructor(readonly pool: unknown) {}
  }
  for (const id of ['pool', User]) {
    expect(() => child.get(id)).toThrow(expect.objectContaining({ code: 'ERR_MODE_NOT_RUNNING' }));
  }
});
