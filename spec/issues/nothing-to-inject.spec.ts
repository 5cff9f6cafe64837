/** What is optional and not there: lists were refused, and defaults of properties were overwritten. */
import { Container as InversifyContainer } from 'inversify';
import { describe, expect, it } from 'vitest';
import { Container, inject, injectable, multiInject, named, optional, service } from '../../lib/index.js';

class Settings {
  @inject('level') @optional() level = 'info';
  @multiInject('plugin') plugins!: unknown[];
  constructor(@multiInject('plugin') @named('first') readonly first: unknown[]) {}
}

@service()
class Ours extends Settings {
  constructor(@multiInject('plugin') first: unknown[]) {
    super(first);
  }
}

@injectable()
class Plain extends Settings {
  @inject('level') @optional() override level = 'info';
  @multiInject('plugin') declare plugins: unknown[];
  constructor(@multiInject('plugin') first: unknown[]) {
    super(first);
  }
}

describe.each([
  ['a service', Ours],
  ['a plain class', Plain],
])('%s', (_, cls) => {
  it('keeps the default of a property that is optional and not bound, and is given an empty list', () => {
    const given = [new InversifyContainer(), new Container()].map((container) => {
      container.bind('settings').to(cls);
      return Object.fromEntries(Object.entries(container.get<Settings>('settings')));
    });
    const expected = { level: 'info', first: [], plugins: [] };
    // inversify by itself takes the default of a class that it does not know as one of its own
    expect(cls === Plain ? given : given.slice(1)).toEqual(cls === Plain ? [expected, expected] : [expected]);
  });
});

it('a list under a name that nothing has is empty, too', async () => {
  @service()
  class App {
    constructor(@multiInject('plugin') @named('first') readonly first: unknown[]) {}
  }
  const container = new Container();
  container.bind('plugin').toConstantValue(1).whenNamed('second');
  expect((await container.boot(App)).first).toEqual([]);
});
