/** A second installed copy of this package: here the built one, `mode-ts`, beside the sources. */
import * as theirs from 'mode-ts';
import { describe, expect, it } from 'vitest';
import { Container, ModeError, OneForOneSupervisor, Service, ServiceProxy, service } from '../../lib/index.js';

@theirs.service()
class Poller extends theirs.Service {
  @theirs.task()
  poll(): void {}
}

class Plain {}
theirs.service()(Plain);

async function thrownBy(use: () => unknown): Promise<unknown> {
  try {
    return await use();
  } catch (error) {
    return error;
  }
}

describe('what another copy of this package declared is refused by name', () => {
  const any = (value: unknown): never => value as never;

  it.each<[string, () => unknown]>([
    ['a service class', () => new Container().plan(Poller)],
    [
      'one that is bound',
      () => {
        const container = new Container();
        container.bind('poller').to(Poller);
        container.plan('poller');
      },
    ],
    ['a class without a base', () => new Container().plan(Plain)],
    [
      'a dependency',
      () => {
        class App {}
        service({ inject: [Poller] })(any(App));
        new Container().plan(App);
      },
    ],
    [
      'a base class',
      () => {
        class Mine extends Poller {}
        service()(Mine);
      },
    ],
    ['a service that is adopted', () => new Container().adopt(any(new Poller()))],
    ['a child', () => new Service().addDependency(any(new Poller()))],
    ['what a supervisor is given first', () => new OneForOneSupervisor(any(new Poller()))],
    ['what a supervisor is given later', () => new OneForOneSupervisor().add(any(new Poller()))],
    ['what a proxy stands for', () => new ServiceProxy(() => any(new Poller())).service],
  ])('%s', async (_, use) => {
    const error = await thrownBy(use);
    expect(ModeError.is(error) && error.code).toBe('ERR_MODE_COPIES');
    expect(String(error)).toMatch(
      /was declared with another copy of mode-ts, file:.*, and is used with file:.*\n {2}→ Let everything use one copy: npm ls mode-ts/,
    );
  });

  it('and leaves the container as it was', async () => {
    const container = new Container();
    await expect(container.boot(Poller)).rejects.toThrow('Poller was declared with another copy of mode-ts');
    expect(container.state).toBe('idle');
  });
});

it('an error of another copy is known', () => {
  expect(ModeError.is(new theirs.ModeError('ERR_MODE_STOPPED', { message: 'stopped' }))).toBe(true);
});
