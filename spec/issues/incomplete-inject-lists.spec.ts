/** Entries of `inject` and `dependsOn` that stand for nothing ended in a raw TypeError, or in an undefined where nobody looked. */
import { expect, it } from 'vitest';
import { Container, LazyServiceIdentifier, PlanError, Service, inject, service } from '../../lib/index.js';
import { thrown } from '../container/support.js';

class Redis extends Service {}
service()(Redis);

type Entry = NonNullable<NonNullable<Parameters<typeof service>[0]>['inject']>[number];

const problemsOf = (...roots: Parameters<Container['plan']>) =>
  thrown<PlanError>(() => new Container().plan(...roots)).problems;

it.each<[string, unknown, string]>([
  [
    'gives undefined',
    new LazyServiceIdentifier(() => undefined as never),
    'is a LazyServiceIdentifier that gives undefined',
  ],
  [
    'throws',
    new LazyServiceIdentifier(() => {
      throw new ReferenceError('too early');
    }),
    'is a LazyServiceIdentifier that throws: ReferenceError: too early',
  ],
  [
    'gives undefined, with qualifiers',
    { serviceIdentifier: new LazyServiceIdentifier(() => undefined as never), optional: true },
    'is a LazyServiceIdentifier that gives undefined',
  ],
  ['is undefined, with qualifiers', { serviceIdentifier: undefined }, 'is undefined'],
  ['is a number', { serviceIdentifier: 5 }, 'is 5, which names no dependency'],
  ['has tags that are no list', { serviceIdentifier: 'x', tags: { a: 1 } }, 'has tags that are { a: 1 }'],
  [
    'has a misspelt key',
    { serviceIdentifier: 'x', isMultipel: true },
    'has no option isMultipel; did you mean isMultiple?',
  ],
])('an entry that %s', (_, entry, message) => {
  class App {
    constructor(readonly some: unknown) {}
  }
  service({ inject: [entry as Entry] })(App);
  class Ordered {}
  service({ dependsOn: [entry as never] })(Ordered);
  const problems = problemsOf(App, Ordered);
  expect(problems.map(({ kind, path }) => [kind, ...path])).toEqual([
    ['metadata', 'App'],
    ['metadata', 'Ordered'],
  ]);
  expect(problems[0]?.message).toContain(`Entry 1 of inject of App ${message} (App)\n→ `);
  expect(problems[1]?.message).toContain(`Entry 1 of dependsOn of Ordered ${message} (Ordered)\n→ `);
});

it('an @inject() of what is not there yet', () => {
  class App {
    constructor(readonly some: unknown) {}
  }
  inject(new LazyServiceIdentifier(() => undefined as never))(App, undefined, 0);
  service()(App);
  expect(problemsOf(App)).toMatchObject([
    {
      kind: 'metadata',
      message: expect.stringContaining(
        'Parameter 1 of the constructor of App is a LazyServiceIdentifier that gives undefined',
      ),
    },
  ]);
});

it('a list that is too short', () => {
  class App {
    constructor(
      readonly redis: Redis,
      readonly other: unknown,
    ) {}
  }
  // @ts-expect-error -- which the compiler says as well
  service({ inject: [Redis] })(App);
  expect(problemsOf(App)).toMatchObject([
    {
      kind: 'metadata',
      path: ['App'],
      message: expect.stringContaining('The constructor of App takes 2, but inject names 1 (App)\n→ Name all of it'),
    },
  ]);
});

it('a list may leave out what has a default, and may be longer than what is written', async () => {
  class Few {
    constructor(
      readonly redis: Redis,
      readonly url = 'default',
    ) {}
  }
  service({ inject: [Redis] })(Few);
  class Many {
    readonly given: unknown[];
    constructor(...given: unknown[]) {
      this.given = given;
    }
  }
  service({ inject: [Redis, Few] })(Many);
  const container = new Container();
  const { given } = await container.boot(Many);
  expect(given).toEqual([container.get(Redis), container.get(Few)]);
  expect(container.get(Few).url).toBe('default');
  await container.stop();
});
