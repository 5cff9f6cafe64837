/** `console.log(service)` printed the whole container. */
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Container, Service, service } from '../../lib/index.js';

@service()
class Redis extends Service {
  readonly url = 'redis://';
}

@service()
class App extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}

it('prints what it has and its state', async () => {
  const container = new Container();
  const app = await container.boot(App);
  expect(inspect(app, { breakLength: Infinity })).toBe(
    "App { redis: Redis { url: 'redis://', [Symbol(mode-ts.lifecycle)]: [running] }, [Symbol(mode-ts.lifecycle)]: [running] }",
  );
  await container.stop();
});
