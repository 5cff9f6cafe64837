/** What inversify is told of our classes, and what it says of them after they were declared. */
import { decorate, getClassMetadata } from '@inversifyjs/core';
import { Container as InversifyContainer } from 'inversify';
import { describe, expect, it } from 'vitest';
import { definitionOf } from '../../lib/declare/definition.js';
import { Container, inject, injectable, named, optional, service, tagged } from '../../lib/index.js';

@service()
class Redis {
  constructor(readonly name = 'redis') {}
}

@service()
class Cache {
  constructor(readonly redis: Redis) {}
}

describe('what inversify is told of the constructor of a service', () => {
  it('is the types', () => {
    const [redis] = getClassMetadata(Cache).constructorArguments;
    expect(redis).toMatchObject({ value: Redis });
  });

  it('is what `inject` names', () => {
    class Feed {
      constructor(readonly url: string) {}
    }
    service({ inject: ['url'] })(Feed);
    const container = new InversifyContainer();
    container.bind('url').toConstantValue('http://localhost/');
    container.bind(Feed).toSelf();
    expect(container.get(Feed).url).toBe('http://localhost/');
  });

  it('is still that after it was given a scope', () => {
    class Feed {
      constructor(readonly url: string) {}
    }
    service({ inject: ['url'] })(Feed);
    injectable('Singleton')(Feed);
    const { constructorArguments, scope } = getClassMetadata(Feed);
    expect(constructorArguments).toMatchObject([{ value: 'url' }]);
    expect(scope).toBe('Singleton');
  });
});

describe('what is said by hand, after a class was declared,', () => {
  const declared = () => {
    @service()
    class Feed {
      constructor(readonly redis: Redis) {}
    }
    return Feed;
  };

  it('counts more than its types', async () => {
    const Feed = declared();
    decorate(inject('other'), Feed, 0);
    const container = new Container();
    const other = new Redis('other');
    container.bind('other').toConstantValue(other);
    expect((await container.boot(Feed)).redis).toBe(other);
  });

  it('counts in the next plan', () => {
    const Feed = declared();
    const container = new Container();
    expect(container.plan(Feed).order.map(({ name }) => name)).toEqual(['Redis', 'Feed']);
    decorate(inject('other'), Feed, 0);
    container.bind('other').toConstantValue(new Redis('other'));
    expect(container.plan(Feed).order.map(({ name }) => name)).toEqual(['other', 'Feed']);
  });

  it.each([
    ['@optional()', optional(), undefined],
    ['@named()', named('other'), 'other'],
    ['@tagged()', tagged('kind', 'tagged'), 'tagged'],
  ])('qualifies its types: %s', async (_, decorator, expected) => {
    class Store {
      constructor(readonly name: string) {}
    }
    @service()
    class Feed {
      constructor(readonly store?: Store) {}
    }
    decorate(decorator, Feed, 0);
    const container = new Container();
    container.bind(Store).toConstantValue(new Store('other')).whenNamed('other');
    container.bind(Store).toConstantValue(new Store('tagged')).whenTagged('kind', 'tagged');
    expect((await container.boot(Feed)).store?.name).toBe(expected);
  });

  it('changes nothing as long as nothing is said', async () => {
    const Feed = declared();
    expect(definitionOf(Feed).tokens).toEqual([Redis]);
    expect(getClassMetadata(Feed).constructorArguments).toHaveLength(1);
    expect((await new Container().boot(Feed)).redis).toBeInstanceOf(Redis);
  });
});
