/** What an error says beside what is wrong: what was probably meant, and what to do about it. */
import { describe, expect, it } from 'vitest';
import { Container, PlanError, inject, optional, service, type ServiceIdentifier } from '../../lib/index.js';
import { nearest } from '../../lib/base/nearest.js';
import { thrown, troupe } from '../container/support.js';

function messageOf(container: Container, ...roots: ServiceIdentifier[]): string {
  const { problems } = thrown<PlanError>(() => container.plan(...roots));
  expect(problems).toHaveLength(1);
  return problems[0]?.message ?? '';
}

const asking = (token: ServiceIdentifier) => troupe().player('App', { needs: [token] });

describe('nearest()', () => {
  it('gives what is nearest first', () => {
    expect(nearest('databse', ['database', 'databases', 'url'])).toEqual(['database', 'databases']);
  });

  it('gives nothing that has little to do with it', () => {
    expect(nearest('x', ['y', 'ab', 'db'])).toEqual([]);
    expect(nearest('db', ['dc', 'x', 'cdb'])).toEqual([]);
    expect(nearest('users', ['u', 'us'])).toEqual([]);
  });

  it('gives a short name that differs in case alone', () => {
    expect(nearest('Db', ['db', 'x'])).toEqual(['db']);
  });
});

describe('what is missing', () => {
  it('is not meant to be the one that asks', () => {
    class Apps {}
    expect(messageOf(new Container(), asking(Apps))).toBe(
      'Nothing is bound to Apps (App → Apps)\n' +
        '→ Decorate Apps with @service(), or bind what stands for it: container.bind(Apps).to(...).',
    );
  });

  it.each<[string, ServiceIdentifier, ServiceIdentifier, string]>([
    [
      'a symbol with the same description',
      Symbol('db'),
      Symbol('db'),
      'Nothing is bound to Symbol(db) (App → db). Another symbol with this description is bound\n→ Use the same symbol in both places.',
    ],
    [
      'a string like the symbol',
      Symbol('db'),
      'db',
      "Nothing is bound to Symbol(db) (App → db). What is bound is 'db', a string\n→ Use the same token in both places.",
    ],
    [
      'a class of the same name',
      class Db {},
      class Db {},
      'Nothing is bound to Db (App → Db). Another class of this name is bound (from another file, or another copy of it)\n→ Use the same token in both places.',
    ],
  ])('is told apart from %s', (_, asked, bound, message) => {
    const container = new Container();
    container.bind(bound).toConstantValue(1);
    expect(messageOf(container, asking(asked))).toBe(message);
  });

  it('is the end of a redirection', () => {
    const container = new Container();
    container.bind('cache').toService('store');
    container.bind('store').toService('storage');
    container.bind('storrage').toConstantValue(1);
    expect(messageOf(container, asking('cache'))).toBe(
      "Nothing is bound to 'storage' (App → cache → store → storage). Did you mean storrage?\n" +
        "→ Bind it: container.bind('storage').to(...), or mark the dependency @optional().",
    );
  });

  it('is no dependency to be marked @optional(): a root', () => {
    expect(messageOf(new Container(), 'url')).toBe(
      "Nothing is bound to 'url' (url)\n→ Bind it: container.bind('url').to(...).",
    );
  });

  it('is no dependency to be marked @optional(): of dependsOn', () => {
    const App = troupe().player('App', { dependsOn: ['url'] });
    expect(messageOf(new Container(), App)).toBe(
      "Nothing is bound to 'url' (App → url)\n→ Bind it: container.bind('url').to(...).",
    );
  });

  it('is made optional in the list of a resource', () => {
    const container = new Container();
    container.resource('pool', { inject: ['url'], start: () => 1 });
    expect(messageOf(container, 'pool')).toBe(
      "Nothing is bound to 'url' (pool → url)\n" +
        "→ Bind it: container.bind('url').to(...), or make it optional: { serviceIdentifier: ..., optional: true }.",
    );
  });

  it('is a class of the language, which nobody decorates', () => {
    class App {
      constructor(
        @inject(Map) readonly map: unknown,
        @inject('x') @optional() readonly x: unknown,
      ) {}
    }
    service()(App);
    expect(messageOf(new Container(), App)).toBe(
      'Nothing is bound to Map (App → Map)\n→ Bind what stands for it: container.bind(Map).toConstantValue(...).',
    );
  });
});

describe('what is bound, but not under these circumstances', () => {
  it('is listed', () => {
    const container = new Container();
    container.bind('log').toConstantValue('secret').whenNamed('file');
    container.bind('log').to(troupe().player('Screen')).whenNamed('screen');
    expect(messageOf(container, asking('log'))).toBe(
      "What is bound to 'log' has a condition that is not met here (App → log); there is a constant (string), the service Screen\n" +
        "→ Ask for it by its name or tag, with @named() or @tagged(), or bind one without a condition: container.bind('log').to(...).",
    );
  });
});

it('candidates are told apart by what they are, and values are not shown', () => {
  const container = new Container();
  class Plain {}
  container.bind('log').toConstantValue(new URL('https://user:secret@host'));
  container.bind('log').toDynamicValue(() => 1);
  container.bind<() => number>('log').toFactory(() => () => 1);
  container.bind('log').toResolvedValue(() => 1);
  container.bind('log').to(Plain);
  container.resource('log', { start: () => 1 });
  expect(messageOf(container, asking('log'))).toContain(
    "'log' has 6 bindings that fit: a constant (URL), a dynamic value, a factory, a resolved value, the class Plain, the resource log (App → log)",
  );
});
