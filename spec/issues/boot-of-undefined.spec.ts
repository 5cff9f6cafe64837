import { expect, it } from 'vitest';
import { Container, Service, service } from '../../lib/index.js';

// a class that two files importing each other left undefined was taken for "everything that is bound"
it('a boot of undefined is refused, and starts nothing', async () => {
  @service()
  class Mailer extends Service {}
  const container = new Container();
  container.bind(Mailer).toSelf();
  const missing = undefined as unknown as typeof Mailer;
  await expect(container.boot(missing)).rejects.toThrow(/boot\(\) takes a class.*not undefined[^]*import each other/);
  expect(container.state).toBe('idle');
  await container.boot();
  expect(container.get(Mailer).started).toBe(true);
  await container.stop();
});
