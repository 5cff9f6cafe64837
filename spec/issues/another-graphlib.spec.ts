import { Graph } from '@dagrejs/graphlib';
import { expect, it } from 'vitest';
import { Container, service, Service } from '../../lib/index.js';

// It was loaded by require(), which gives another copy than import: no `instanceof` held.
it("a graph is one of the program's own graphlib", async () => {
  @service()
  class Redis extends Service {}
  const container = new Container();
  const redis = await container.boot(Redis);
  expect(redis.beacon.asGraph()).toBeInstanceOf(Graph);
  expect(container.graph()).toBeInstanceOf(Graph);
  await container.stop();
});
