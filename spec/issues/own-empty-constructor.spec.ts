/** Without metadata, a constructor without parameters was taken for none, and what the base class takes was asked for. */
import { describe, expect, it } from 'vitest';
import { Container, inject, service } from '../../lib/index.js';

class Base {
  constructor(readonly url: string) {}
}
inject('url')(Base, undefined, 0);

function made<T>(cls: new () => T): Promise<T> {
  service()(cls);
  const container = new Container();
  container.bind('url').toConstantValue('injected');
  return container.boot(cls);
}

describe('a class has a constructor of its own', () => {
  it('that takes nothing', async () => {
    class Own extends Base {
      constructor() {
        super('own');
      }
    }
    expect((await made(Own)).url).toBe('own');
  });

  it('after everything that looks like one', async () => {
    class Own extends Base {
      // constructor() {
      static readonly brace = '{ constructor(';
      static readonly template = `} constructor() {`;
      readonly made = typeof this.constructor.toString();
      constructor() {
        super('own');
      }
    }
    expect((await made(Own)).url).toBe('own');
  });
});

describe('a class has none', () => {
  it('where a compiler wrote one that hands on everything', async () => {
    class Arguments extends Base {
      readonly field: number;
      constructor() {
        // @ts-expect-error -- as compilers write it
        super(...arguments);
        this.field = 1;
      }
    }
    class Rest extends Base {
      readonly field: number;
      constructor(...rest: [string]) {
        super(...rest);
        this.field = 1;
      }
    }
    expect((await made(Arguments)).url).toBe('injected');
    expect((await made(Rest as never as new () => Base)).url).toBe('injected');
  });

  it('that says nothing', async () => {
    class None extends Base {}
    expect((await made(None as never as new () => Base)).url).toBe('injected');
  });

  it('where only something inside of it has one, or only speaks of one', async () => {
    class None extends Base {
      // constructor() {}
      readonly text = 'constructor() {}';
      again(): object {
        class Inner {
          readonly n: number;
          constructor() {
            this.n = 1;
          }
        }
        return [new Inner(), this.constructor('')];
      }
    }
    expect((await made(None as never as new () => Base)).url).toBe('injected');
  });
});
