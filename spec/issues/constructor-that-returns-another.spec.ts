import { expect, it } from 'vitest';
import { Container, Service, service } from '../../lib/index.js';

// A constructor may return what it likes: what it returns is what is run, by what its own class says.

it('runs an object of another class by the hooks of that class', async () => {
  const log: string[] = [];
  class Real {
    onStart() {
      log.push('Real starts');
    }
    onStop() {
      log.push('Real stops');
    }
  }
  @service()
  class Facade {
    constructor() {
      return new Real();
    }
  }

  const container = new Container();
  expect(await container.boot(Facade)).toBeInstanceOf(Real);
  await container.stop();
  expect(log).toEqual(['Real starts', 'Real stops']);
});

it('runs a service that was made before as the service that it is', async () => {
  class Real extends Service {}
  const real = new Real();
  @service()
  class Facade {
    constructor() {
      return real;
    }
  }

  const container = new Container();
  expect(await container.boot(Facade)).toBe(real);
  expect(real.state).toBe('running');
  await container.stop();
  expect(real.state).toBe('stopped');
});
