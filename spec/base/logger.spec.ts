import { describe, expect, it } from 'vitest';
import { Container, Service, service, type Logger } from '../../lib/index.js';
import { Worker } from '../../lib/worker/index.js';
import { settle, thrown } from '../support.js';
import { FakeHost } from '../worker/fake-host.js';

@service()
class App extends Service {
  override onStart(): void {
    this.log.info('paid', { order: 7 });
    this.log.warn('slow');
    this.log.error('cannot send', new Error('smtp 451'));
    this.log.error('cannot count', 3);
  }
}

/** A logger that writes down what it is called with. */
function recording(members: object = {}) {
  const calls: unknown[][] = [];
  const at =
    (level: string) =>
    (...args: unknown[]) => {
      calls.push([level, ...args]);
    };
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), ...members };
  return { calls, logger: logger as unknown as Logger };
}

describe('the logger of a container', () => {
  it('is given the message, and then what came with it, if there is any', async () => {
    const { calls, logger } = recording();
    await new Container({ logger }).boot(App);
    expect(calls).toEqual([
      ['info', '[^App]: paid', { order: 7 }],
      ['warn', '[^App]: slow'],
      ['error', '[^App]: cannot send', new Error('smtp 451')],
      ['error', '[^App]: cannot count', 3],
    ]);
  });

  it.each([
    ['pino', { [Symbol.for('pino.serializers')]: {} }],
    ['bunyan', { addSerializers: () => undefined }],
  ])('is given them the other way round where it is that of %s', async (_, members) => {
    const { calls, logger } = recording(members);
    await new Container({ logger }).boot(App);
    expect(calls).toEqual([
      ['info', { order: 7 }, '[^App]: paid'],
      ['warn', {}, '[^App]: slow'],
      ['error', new Error('smtp 451'), '[^App]: cannot send'],
      ['error', { meta: 3 }, '[^App]: cannot count'],
    ]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ])('may fail: that it %s is told once, by a warning, and the service goes on', async (_, fails) => {
    const container = new Container({ logger: recording({ info: fails, error: fails }).logger });
    const warnings: string[] = [];
    container.on((event) => {
      if (event.type === 'warning') warnings.push(`${event.message}: ${(event.error as Error).message}`);
    });
    const app = await container.boot(App);
    await settle();
    expect(app.started).toBe(true);
    expect(warnings).toEqual(['The logger of the container failed: disk full']);
  });

  it('has a function for each level', () => {
    const error = thrown(() => new Container({ logger: { info: console.info } as unknown as Logger }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(
      /^logger of new Container\(\) has functions debug, info, warn and error, not .+\n {2}→ /,
    );
  });

  it('is told what is no message in words', async () => {
    const { calls, logger } = recording();
    const container = new Container({ logger });
    const app = await container.boot(App);
    calls.length = 0;
    app.log.info(Symbol('x') as unknown as string);
    app.log.info(Object.create(null) as string);
    expect(calls).toEqual([
      ['info', '[^App]: Symbol(x)'],
      ['info', '[^App]: [Object: null prototype] {}'],
    ]);
  });
});

describe('the logger of a worker', () => {
  it('may fail: that goes to the standard error, once, and the worker ends as ever', async () => {
    const fails = (): never => {
      throw new Error('disk full');
    };
    const { logger } = recording({ info: fails, warn: fails, error: fails });
    const host = new FakeHost();
    const ended = new Worker(App, { logger }).executeFromCommandLine(host);
    await settle();
    host.press('SIGTERM');
    await ended;
    expect(host.ended).toBe('exit 0');
    expect(host.err).toBe('[^Worker]: The log cannot be written: disk full\n');
  });
});
