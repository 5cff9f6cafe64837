/** The handlers of a binding that no plan had met when its service was made were never called. */
import { describe, expect, it } from 'vitest';
import { Container, Service, service } from '../../lib/index.js';
import { rejection } from '../container/support.js';

@service()
class Redis extends Service {}

@service({ inject: ['store'] })
class App extends Service {
  constructor(readonly store: unknown) {
    super();
  }
}

const asks: [string, (container: Container) => unknown][] = [
  ['get()', (container) => container.get('store')],
  ['getAll()', (container) => container.getAll('store')[0]],
  ['boot()', (container) => container.boot('store')],
  ['an injection', async (container) => (await container.boot(App)).store],
];

describe.each(asks)('asked for by %s', (_, ask) => {
  it.each<[string, (container: Container, activate: (value: Redis) => Redis) => void]>([
    [
      'the handler of the binding',
      (container, activate) =>
        void container
          .bind('store')
          .to(Redis)
          .onActivation((_context, value) => activate(value as Redis)),
    ],
    [
      'the handler of the container',
      (container, activate) => {
        container.bind('store').to(Redis);
        container.onActivation<Redis>('store', (_context, value) => activate(value));
      },
    ],
  ])('%s sees the instance once', async (__, bind) => {
    const container = new Container();
    const seen: unknown[] = [];
    bind(container, (value) => {
      seen.push(value);
      return value;
    });
    const redis = await container.boot(Redis);
    expect(await ask(container)).toBe(redis);
    expect(await ask(container)).toBe(redis);
    expect(container.get('store')).toBe(redis);
    expect(seen).toEqual([redis]);
    await container.stop();
  });
});

it('a replacement is given to whoever asks from now on', async () => {
  const container = new Container();
  const replacement = { replaces: 'redis' };
  container
    .bind('store')
    .to(Redis)
    .onActivation(() => replacement);
  await container.boot(Redis);
  expect(container.get('store')).toBe(replacement);
  expect(container.get(Redis)).toBe(replacement);
  await container.stop();
});

it('a handler that throws is asked again', async () => {
  const container = new Container();
  let asked = 0;
  container
    .bind('store')
    .to(Redis)
    .onActivation((_, value) => {
      asked += 1;
      if (asked === 1) throw new Error('not yet');
      return value;
    });
  const redis = await container.boot(Redis);
  expect(await rejection(container.boot('store'))).toMatchObject({ message: 'not yet' });
  expect(await container.boot('store')).toBe(redis);
  expect(await container.boot('store')).toBe(redis);
  expect(asked).toBe(2);
  await container.stop();
});
