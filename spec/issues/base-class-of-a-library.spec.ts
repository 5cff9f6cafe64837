/** The parameters of a library's class, which are optional, were counted as if somebody had to inject them. */
import { EventEmitter } from 'node:events';
import { Server } from 'node:http';
import { PassThrough, Transform } from 'node:stream';
import { expect, it } from 'vitest';
import { Container, PlanError, Service, service } from '../../lib/index.js';
import { thrown } from '../container/support.js';

it.each([[EventEmitter], [Server], [Transform], [PassThrough], [Error], [Map]])(
  'a service may extend %o',
  async (Base) => {
    class Bus extends (Base as new () => object) {}
    service()(Bus);
    const container = new Container();
    expect(await container.boot(Bus)).toBeInstanceOf(Base);
  },
);

it('a class whose base class takes what nobody named is refused all the same, and the message knows a way out', async () => {
  class Store {
    constructor(
      readonly url = 'none',
      ...rest: unknown[]
    ) {
      void rest;
    }
  }
  Object.defineProperty(Store, 'length', { value: 1 });
  class Users extends Store {}
  class Admins extends Users {}
  service()(Admins);
  const { problems } = thrown<PlanError>(() => new Container().plan(Admins));
  expect(problems).toMatchObject([{ kind: 'metadata', path: ['Admins'] }]);
  expect(problems[0]?.message).toMatch(
    /^The constructor of Admins is that of Store, which takes a parameter, but has no type metadata: [^]*\n→ Compile .* Where it is to be called without any: @service\({ inject: \[] }\)\.$/,
  );
  class Guests extends Users {}
  service({ inject: [] })(Guests);
  expect((await new Container().boot(Guests)).url).toBe('none');
});

it('what a base class of services takes is still asked for', () => {
  abstract class Worker extends Service {
    constructor(readonly queue: unknown) {
      super();
    }
  }
  class Mailer extends Worker {}
  service()(Mailer);
  expect(() => new Container().plan(Mailer)).toThrow(
    'The constructor of Mailer is that of Worker, which takes a parameter',
  );
});
