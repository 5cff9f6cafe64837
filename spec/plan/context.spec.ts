/** Conditions on who asks hold for whatever inversify resolves by itself, as they do in a plain container of inversify. */
import { Container as InversifyContainer, type BindWhenFluentSyntax } from 'inversify';
import { describe, expect, it } from 'vitest';
import {
  Container,
  Service,
  inject,
  injectable,
  multiInject,
  named,
  service,
  tagged,
  type PlanError,
  type ServiceIdentifier,
} from '../../lib/index.js';
import { thrown } from '../container/support.js';

/** What is injected into a class of both containers, asked for by the same token. */
function inBoth<T>(bind: (container: InversifyContainer) => ServiceIdentifier<T>, read: (value: T) => unknown) {
  const plain = new InversifyContainer({ defaultScope: 'Transient' });
  const ours = new Container();
  return { plain: read(plain.get(bind(plain))), ours: read(ours.get(bind(ours))) };
}

interface Given {
  readonly log: string;
}

/** Binds a constant, which says for whom it is. */
function bindLog(container: InversifyContainer, value: string) {
  return container.bind('log').toConstantValue(value);
}

@injectable()
class Users implements Given {
  constructor(@inject('log') readonly log: string) {}
}

@injectable()
class Accounts {
  constructor(@inject(Users) readonly users: Users) {}
}

@injectable()
class Orders {
  constructor(@inject(Users) readonly users: Users) {}
}

describe('a value that a service is given', () => {
  @service()
  class App implements Given {
    constructor(@inject('log') readonly log: string) {}
    onStart() {}
  }

  it('is the one for its parent, and not the one for nobody', async () => {
    const container = new Container();
    bindLog(container, 'of App').whenParentIs(App);
    bindLog(container, 'of nobody').whenNoParentIs(App);
    expect((await container.boot(App)).log).toBe('of App');
    expect(container.get('log')).toBe('of nobody');
    await container.stop();
  });

  it('is chosen by all of its tags', async () => {
    @service()
    class Tagged {
      constructor(@inject('log') @tagged('level', 'info') @tagged('to', 'file') readonly log: string) {}
    }
    const container = new Container();
    for (const to of ['screen', 'file']) {
      bindLog(container, to).when(({ tags }) => tags.get('level') === 'info' && tags.get('to') === to);
    }
    expect((await container.boot(Tagged)).log).toBe('file');
  });

  it('is the one for a parent that goes by another token', async () => {
    @service()
    class Root {
      constructor(@inject('main') readonly app: App) {}
    }
    const container = new Container();
    container.bind('main').to(App);
    bindLog(container, 'of main').whenParentIs('main');
    bindLog(container, 'of others').whenNoParentIs('main');
    expect((await container.boot(Root)).app.log).toBe('of main');
    await container.stop();
  });

  it('is the one for what a service is bound to, where everything is started that is bound', async () => {
    const container = new Container();
    container.bind('main').to(App);
    bindLog(container, 'of main').whenParentIs('main');
    bindLog(container, 'of others').whenNoParentIs('main');
    await container.boot();
    expect(container.get<App>('main').log).toBe('of main');
    await container.stop();
  });

  it('is the one for a parent of that name', async () => {
    @service()
    class Root {
      constructor(@inject('main') @named('first') readonly app: App) {}
    }
    const container = new Container();
    container.bind('main').to(App).whenNamed('first');
    bindLog(container, 'of first').whenParentNamed('first');
    expect((await container.boot(Root)).app.log).toBe('of first');
    await container.stop();
  });

  it('is the one for its grandparent; of a singleton, the first way to it counts', async () => {
    @service()
    class First {
      constructor(@inject(App) readonly app: App) {}
    }
    @service()
    class Second {
      constructor(
        @inject(First) readonly first: First,
        @inject(App) readonly app: App,
      ) {}
    }
    const container = new Container();
    bindLog(container, 'below First').whenAnyAncestorIs(First);
    bindLog(container, 'elsewhere').whenNoAncestorIs(First);
    const second = await container.boot(Second);
    expect(second.app.log).toBe('below First');
    // and that is how it stays
    await container.stop();
    expect(container.get(App)).toBe(second.app);
    expect(await container.boot(App)).toBe(second.app);
    await container.stop();
  });

  it('is one of several, among services', async () => {
    @service()
    class All {
      constructor(@multiInject('log') readonly logs: unknown[]) {}
    }
    @service()
    class Sink extends Service {}
    const container = new Container();
    bindLog(container, 'of All').whenParentIs(All);
    container.bind('log').to(Sink);
    bindLog(container, 'of others').whenNoParentIs(All);
    expect((await container.boot(All)).logs).toEqual(['of All', container.get(Sink)]);
    await container.stop();
  });
});

describe('a plain injectable', () => {
  it.each<[string, (container: InversifyContainer) => ServiceIdentifier<Given>]>([
    [
      'by its parent',
      (container) => {
        container.bind(Users).toSelf();
        bindLog(container, 'of Users').whenParentIs(Users);
        bindLog(container, 'of others').whenNoParentIs(Users);
        return Users;
      },
    ],
    [
      'by the token of its parent',
      (container) => {
        container.bind('users').to(Users);
        bindLog(container, 'of users').whenParentIs('users');
        bindLog(container, 'of Users').whenParentIs(Users);
        return 'users';
      },
    ],
    [
      'by a token that redirects',
      (container) => {
        container.bind('users').toService(Users);
        container.bind(Users).toSelf();
        bindLog(container, 'of users').whenParentIs('users');
        bindLog(container, 'of Users').whenParentIs(Users);
        return 'users';
      },
    ],
  ])('is given what is chosen %s', (_, bind) => {
    const { plain, ours } = inBoth(bind, ({ log }) => log);
    expect(ours).toBe(plain);
  });

  it.each<[string, (container: InversifyContainer) => ServiceIdentifier<Accounts>]>([
    [
      'its grandparent',
      (container) => {
        bindLog(container, 'below Accounts').whenAnyAncestorIs(Accounts);
        bindLog(container, 'elsewhere').whenNoAncestorIs(Accounts);
        return Accounts;
      },
    ],
    [
      'what its grandparent is bound to',
      (container) => {
        container.bind('accounts').to(Accounts);
        bindLog(container, 'below accounts').whenAnyAncestorIs('accounts');
        bindLog(container, 'elsewhere').whenNoAncestorIs('accounts');
        return 'accounts';
      },
    ],
  ])('is given what is chosen by %s', (_, bind) => {
    const { plain, ours } = inBoth(
      (container) => {
        container.bind(Users).toSelf();
        container.bind(Accounts).toSelf();
        return bind(container);
      },
      ({ users }) => users.log,
    );
    expect(ours).toBe(plain);
  });

  it('that is made for each that asks for it is made of what is right for each', async () => {
    @service()
    class Near extends Service {}
    @service()
    class Far extends Service {}
    @injectable()
    class Store {
      constructor(@inject('db') readonly db: Service) {}
    }
    @service()
    class App {
      constructor(
        @inject(Store) readonly store: Store,
        @inject('accounts') readonly accounts: { store: Store },
        @inject('orders') readonly orders: { store: Store },
      ) {}
    }
    @injectable()
    class Keeper {
      constructor(@inject(Store) readonly store: Store) {}
    }
    const container = new Container();
    container.bind('accounts').to(Keeper);
    container.bind('orders').to(Keeper);
    container.bind(Store).toSelf();
    container.bind('db').to(Near).whenNoAncestorIs('orders');
    container.bind('db').to(Far).whenAnyAncestorIs('orders');
    const app = await container.boot(App);
    expect([app.store.db, app.accounts.store.db]).toEqual([container.get(Near), container.get(Near)]);
    expect(app.orders.store.db).toBe(container.get(Far));
    expect(app.orders.store.db.state).toBe('running');
    const { order } = container.plan(App);
    expect(order.find(({ id }) => id === 'orders')?.dependencies).not.toEqual(
      order.find(({ id }) => id === 'accounts')?.dependencies,
    );
    await container.stop();
  });

  it('that is kept is made of what is right for the first', async () => {
    const container = new Container();
    container.bind(Users).toSelf().inSingletonScope();
    bindLog(container, 'below Accounts').whenAnyAncestorIs(Accounts);
    bindLog(container, 'below Orders').whenAnyAncestorIs(Orders);
    container.bind(Accounts).toSelf();
    container.bind(Orders).toSelf();
    @service()
    class App {
      constructor(
        @inject(Accounts) readonly accounts: Accounts,
        @inject(Orders) readonly orders: Orders,
      ) {}
    }
    const app = await container.boot(App);
    expect([app.accounts.users.log, app.orders.users.log]).toEqual(['below Accounts', 'below Accounts']);
  });

  it('in request scope is one for all that one service is given', async () => {
    @service()
    class App {
      constructor(
        @inject(Users) readonly users: Users,
        @inject(Accounts) readonly accounts: Accounts,
      ) {}
    }
    @service()
    class Other {
      constructor(
        @inject(App) readonly app: App,
        @inject(Users) readonly users: Users,
      ) {}
    }
    const container = new Container();
    container.bind('log').toConstantValue('log');
    container.bind(Accounts).toSelf();
    container.bind(Users).toSelf().inRequestScope();
    const { app, users } = await container.boot(Other);
    expect(app.accounts.users).toBe(app.users);
    expect(users).not.toBe(app.users);
  });
});

describe('a circle of plain bindings, one of which needs what has a condition', () => {
  it.each<[string, (bound: BindWhenFluentSyntax<unknown>, root: ServiceIdentifier) => unknown]>([
    ['whenAnyAncestorIs', (bound, root) => bound.whenAnyAncestorIs(root)],
    ['whenNoAncestorIs', (bound, root) => bound.whenNoAncestorIs(root)],
    ['whenAnyAncestorNamed', (bound) => bound.whenAnyAncestorNamed('x')],
    ['whenNoAncestorTagged', (bound) => bound.whenNoAncestorTagged('x', 1)],
  ])('is a cycle, and planning ends: %s', (_, when) => {
    @injectable()
    class Order {
      constructor(@inject('customer') readonly customer: unknown) {}
    }
    @injectable()
    class Customer {
      constructor(
        @inject('order') readonly order: unknown,
        @inject('limits') readonly limits: unknown,
      ) {}
    }
    class App {}
    service({ inject: ['order'] })(App as never);
    const container = new Container();
    container.bind('order').to(Order);
    container.bind('customer').to(Customer);
    when(
      container.bind('limits').toDynamicValue(() => 5),
      App,
    );
    const { problems } = thrown<PlanError>(() => container.plan(App));
    expect(problems).toContainEqual(expect.objectContaining({ kind: 'cycle', path: ['order', 'customer', 'order'] }));
  });
});
