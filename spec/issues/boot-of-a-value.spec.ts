/** A root that inversify makes was made after the boot: when it threw, nothing was rolled back, and the error said nothing of a boot. */
import { describe, expect, it } from 'vitest';
import { Container, Service, service, type BootError } from '../../lib/index.js';
import { rejection, stage } from '../container/support.js';

@service()
class Redis extends Service {}

const boom = new Error('boom');
const fail = (): never => {
  throw boom;
};

describe.each<[string, (container: Container) => void, unknown]>([
  ['a dynamic value that throws', (container) => void container.bind('value').toDynamicValue(fail), boom],
  [
    'a resolved value that throws',
    (container) => void container.bind('value').toResolvedValue((_redis: Redis) => fail(), [Redis]),
    boom,
  ],
  [
    'a dynamic value that is asynchronous',
    (container) => void container.bind('value').toDynamicValue(() => Promise.resolve(1)),
    expect.objectContaining({ code: 'ERR_MODE_ASYNC_CONSTRUCTION' }),
  ],
])('%s', (_, bind, cause) => {
  it('makes the boot fail, and what had started is stopped again', async () => {
    const { container, history } = stage();
    bind(container);
    const error = await rejection<BootError>(container.boot([Redis, 'value']));
    expect(error).toMatchObject({ code: 'ERR_MODE_BOOT', service: 'value', path: ['value'], cause });
    expect(container.state).toBe('failed');
    expect(history.list.at(-1)).toBe('Redis: stopping→stopped');
  });

  it('leaves alone what ran before', async () => {
    const { container } = stage();
    const redis = await container.boot(Redis);
    bind(container);
    await expect(container.boot('value')).rejects.toMatchObject({ code: 'ERR_MODE_BOOT', cause });
    expect([container.state, redis.started]).toEqual(['running', true]);
    await container.stop();
  });
});

it('a value is made once for a boot, and anew for the next one', async () => {
  let made = 0;
  const { container } = stage();
  container.bind('value').toDynamicValue(() => {
    made += 1;
    if (made === 3) throw boom;
    return made;
  });
  expect(await container.boot('value')).toBe(1);
  expect(await container.boot(['value', Redis])).toEqual([2, container.get(Redis)]);
  await expect(container.boot('value')).rejects.toMatchObject({ code: 'ERR_MODE_BOOT', cause: boom });
  expect(container.state).toBe('running');
  await container.stop();
});
