/** A parent kept every child container that had used, or only planned with, something of it: a leak for whoever makes one per request. */
import { expect, it } from 'vitest';
import { Container, Service, inject, service } from '../../lib/index.js';
import { collectGarbage } from '../support.js';

@service()
class Redis extends Service {}

@service()
class App extends Service {
  constructor(readonly redis: Redis) {
    super();
  }
}

class Users {
  @inject(Redis) readonly redis!: Redis;
}

const uses: [string, (child: Container) => Promise<unknown>][] = [
  ['boots and stops', (child) => child.boot(App).then(() => child.stop())],
  ['only plans', async (child) => child.plan(App)],
  ['only gets a service', async (child) => child.get(App)],
  [
    'only gets a plain injectable',
    async (child) => {
      child.bind(Users).toSelf();
      return child.get(Users);
    },
  ],
];

it.each(uses)('a child that %s is let go', async (_, use) => {
  const parent = new Container();
  parent.bind(Redis).toSelf();
  await parent.boot();
  const children: WeakRef<Container>[] = [];
  for (let n = 0; n < 3; n += 1) {
    const child = new Container({ parent });
    await use(child);
    children.push(new WeakRef(child));
  }
  await collectGarbage();
  const left = children.filter((child) => child.deref() !== undefined);
  // the last one may still be in a register somewhere
  expect(left.length).toBeLessThan(children.length - 1);
  await parent.stop();
});
