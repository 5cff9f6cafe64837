/** In a `ContainerModule` of this package the function is handed `resource` beside `bind`. */
import { Container as PlainContainer, ContainerModule as PlainModule } from 'inversify';
import { expect, it } from 'vitest';
import { Container, ContainerModule } from '../../lib/index.js';
import { stage, thrown } from './support.js';

const module = (): ContainerModule =>
  new ContainerModule(({ bind, resource }) => {
    bind('url').toConstantValue('postgres://');
    resource('pool', { inject: ['url'], start: (url) => `pool of ${String(url)}` });
  });

it('a module brings a resource along', async () => {
  const { container } = stage();
  container.load(module());
  expect(await container.boot('pool')).toBe('pool of postgres://');
  await container.stop();
});

it('also one that is asynchronous, in a child', async () => {
  const child = new Container({ parent: new Container() });
  await child.loadAsync(
    new ContainerModule(async ({ resource }) => {
      await Promise.resolve();
      resource('pool', { start: () => 1 });
    }),
  );
  expect(await child.boot('pool')).toBe(1);
  await child.stop();
});

it('which goes when the module is unloaded', () => {
  const { container } = stage();
  const loaded = module();
  container.load(loaded);
  container.unload(loaded);
  expect([container.isBound('pool'), container.isBound('url')]).toEqual([false, false]);
});

it("a module of inversify's is loaded as ever", () => {
  const { container } = stage();
  container.load(new PlainModule(({ bind }) => void bind('url').toConstantValue(1)));
  expect(container.get('url')).toBe(1);
});

it('a plain container of inversify cannot manage a resource, and says so', () => {
  expect(
    thrown(() => {
      new PlainContainer().load(module());
    }).message,
  ).toBe(
    'This module has a resource, which a plain container of inversify cannot manage\n  → Load it into a Container of mode-ts.',
  );
});
