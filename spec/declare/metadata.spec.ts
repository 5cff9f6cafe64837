/**
 * What inversify's decorators say about a class is read where inversify keeps it, since its own `getClassMetadata` refuses a class
 * that is only half described. These hold the two together, should a release of inversify move it.
 */
import { getClassMetadata } from '@inversifyjs/core';
import { describe, expect, it } from 'vitest';
import { definitionOf } from '../../lib/declare/definition.js';
import {
  Container,
  inject,
  injectable,
  multiInject,
  named,
  optional,
  postConstruct,
  service,
  tagged,
} from '../../lib/index.js';

@service()
class Redis {}

@injectable()
class Described {
  @inject('url') @optional() readonly url?: string;
  @multiInject('plugin') @named('one') readonly plugins!: unknown[];

  constructor(
    @inject(Redis) readonly redis: Redis,
    @inject('log') @tagged('level', 'off') readonly log: unknown,
  ) {}

  @postConstruct()
  ready() {}
}

describe('what is read of a class that inversify describes', () => {
  it('is what getClassMetadata() of its core says', () => {
    const { constructorArguments, properties, lifecycle } = definitionOf(Described).described ?? {};
    const expected = getClassMetadata(Described);
    expect({ constructorArguments, properties, lifecycle }).toEqual({
      constructorArguments: expected.constructorArguments,
      properties: expected.properties,
      lifecycle: expected.lifecycle,
    });
    expect(constructorArguments).toHaveLength(2);
    expect(new Set(properties?.keys())).toEqual(new Set(['plugins', 'url']));
    expect([...(lifecycle?.postConstructMethodNames ?? [])]).toEqual(['ready']);
  });

  it('is nothing for a class that it knows nothing of', () => {
    expect(definitionOf(class {}).described).toBeUndefined();
  });

  it('gives the same dependencies as inversify finds', () => {
    const container = new Container();
    container.bind('log').toConstantValue('off').whenTagged('level', 'off');
    container.bind('plugin').toConstantValue(1).whenNamed('one');
    container.bind('plugin').toConstantValue(2).whenNamed('two');
    container.bind(Described).toSelf();
    const planned = container.plan(Described).order.map(({ name }) => name);
    expect(planned).toEqual(['Redis', 'log', 'plugin', 'Described']);
    const made = container.get(Described);
    expect(made).toEqual(
      Object.assign(Object.create(Described.prototype) as Described, {
        url: undefined,
        plugins: [1],
        redis: container.get(Redis),
        log: 'off',
      }),
    );
  });
});
