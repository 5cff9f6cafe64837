import { describe, expect, it } from 'vitest';
import {
  Container,
  inject,
  injectable,
  multiInject,
  named,
  Service,
  service,
  token,
  type ServiceIdentifier,
} from '../../lib/index.js';
import { override, recordHistory } from '../../lib/testing/index.js';
import { thrown } from '../support.js';

@service()
class Socket extends Service {}

@service({ inject: [Socket] })
class Mailer extends Service {
  constructor(readonly socket: Socket) {
    super();
  }
  send(text: string): string {
    return `sent ${text}`;
  }
}

@service({ inject: [Mailer] })
class App extends Service {
  constructor(readonly mailer: Mailer) {
    super();
  }
}

const fake = { send: (text: string) => `noted ${text}` };

/** Boots, and tells what was started. */
async function started(container: Container, root: ServiceIdentifier = App): Promise<string[]> {
  const history = recordHistory(container, { types: ['service'] });
  await container.boot(root);
  history.stop();
  return history.list.filter((line) => line.endsWith('→running')).map((line) => line.split(':')[0] as string);
}

describe('override()', () => {
  it.each<[string, (container: Container) => void]>([
    ['that nobody bound', () => undefined],
    ['that was bound', (container) => container.bind(Mailer).toSelf()],
    ['that was bound twice', (container) => [1, 2].forEach(() => container.bind(Mailer).toSelf())],
    ['that was planned already', (container) => container.plan(App)],
    ['that somebody got already', (container) => container.get(Mailer)],
  ])(
    'gives everybody the fake for a class %s, and does not start what only the original needed',
    async (_, prepare) => {
      const container = new Container();
      prepare(container);
      override(container, Mailer, fake);
      expect(container.plan(App).order.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
        'Mailer: value',
        'App: service',
      ]);
      expect(await started(container)).toEqual(['App']);
      const app = container.get(App);
      expect([app.mailer, container.get(Mailer), container.getAll(Mailer)]).toEqual([fake, fake, [fake]]);
      expect(container.isBound(Mailer)).toBe(true);
      await container.stop();
    },
  );

  it('holds for what is bound later', async () => {
    const container = new Container();
    override(container, Mailer, fake);
    container.bind(Mailer).toSelf();
    expect((await container.boot(App)).mailer).toBe(fake);
    container.bind(App).toSelf();
  });

  it('stands for a class by whatever identifier it is bound', async () => {
    const POST = token<Mailer>('post');
    @service({ inject: [POST] })
    class Office {
      constructor(readonly post: Mailer) {}
    }
    const container = new Container();
    container.bind(POST).to(Mailer);
    override(container, Mailer, fake);
    expect((await container.boot(Office)).post).toBe(fake);
    expect(container.get(POST)).toBe(fake);
    // and an identifier for itself alone
    const other = new Container();
    other.bind(POST).to(Mailer);
    override(other, POST, fake);
    expect((await other.boot(Office)).post).toBe(fake);
    expect((await other.boot(App)).mailer).toBeInstanceOf(Mailer);
  });

  it('replaces resources, values, and what has conditions', async () => {
    const POOL = token<{ size: number }>('pool');
    const URL = token<string>('url');
    @injectable()
    class Reader {
      constructor(
        @inject(POOL) readonly pool: { size: number },
        @multiInject(URL) readonly urls: string[],
        @inject(URL) @named('main') readonly main: string,
      ) {}
    }
    const container = new Container();
    container.resource(POOL, {
      start: (): { size: number } => {
        throw new Error('no database in a test');
      },
    });
    container.bind(URL).toConstantValue('a');
    container.bind(URL).toConstantValue('b').whenNamed('main');
    container.bind(Reader).toSelf();
    override(container, POOL, { size: 1 });
    override(container, URL, 'memory:');
    await container.boot();
    expect(container.get(Reader)).toMatchObject({ pool: { size: 1 }, urls: ['memory:'], main: 'memory:' });
  });

  it('takes a class: one instance for everybody, with what it needs itself', async () => {
    @injectable()
    class Plain {
      send = fake.send;
    }
    const plain = new Container();
    override(plain, Mailer, Plain);
    expect(await started(plain)).toEqual(['App']);
    expect(plain.get(App).mailer).toBeInstanceOf(Plain);
    expect(plain.get(Mailer)).toBe(plain.get(App).mailer);

    @service()
    class Log extends Service {}
    @service({ inject: [Log] })
    class FakeMailer extends Service {
      constructor(readonly journal: Log) {
        super();
      }
    }
    const managed = new Container();
    override(managed, Mailer, FakeMailer as never);
    expect(await started(managed)).toEqual(['Log', 'FakeMailer', 'App']);
    await managed.stop();
  });

  it('runs a class with hooks, though nobody has decorated it', async () => {
    class Hooked {
      up = false;
      onStart() {
        this.up = true;
      }
    }
    const container = new Container();
    override(container, Mailer, Hooked as never);
    expect(await started(container)).toEqual(['Hooked', 'App']);
    expect(container.get<unknown>(Mailer)).toEqual({ up: true });
  });

  it('adopts a service: it is started before who needs it, and stopped after', async () => {
    class Quiet extends Mailer {
      constructor() {
        super(new Socket());
      }
      override send = fake.send;
    }
    const quiet = new Quiet();
    const container = new Container();
    override(container, Mailer, quiet);
    expect(await started(container)).toEqual(['Quiet', 'App']);
    expect(container.get(App).mailer).toBe(quiet);
    await container.stop();
    expect(quiet.state).toBe('stopped');
  });

  it('starts nothing for being a stand-in alone', async () => {
    const container = new Container();
    override(container, Mailer, new Mailer(new Socket()));
    await container.boot();
    expect(container.health().services).toEqual([]);
  });

  it('reaches child containers, and in one of them only those who ask there', async () => {
    const parent = new Container();
    override(parent, Mailer, fake);
    expect((await new Container({ parent }).boot(App)).mailer).toBe(fake);
    const above = new Container();
    above.bind(Mailer).toSelf();
    const below = new Container({ parent: above });
    override(below, Mailer, fake);
    await above.boot();
    expect((await below.boot(App)).mailer).toBe(fake);
    expect(above.get(Mailer)).toBeInstanceOf(Mailer);
  });

  it('is the last of several for the same identifier', async () => {
    const container = new Container();
    override(container, Mailer, { send: () => 'first' });
    override(container, Mailer, fake);
    expect((await container.boot(App)).mailer).toBe(fake);
  });

  it('is refused after the first boot', async () => {
    const container = new Container();
    await container.boot(App);
    const late = () => {
      override(container, Mailer, fake);
    };
    expect(thrown(late)).toMatchObject({
      code: 'ERR_MODE_STARTED',
      message:
        'override() of Mailer comes too late: the container was booted already\n' +
        '  → Call it before the first boot(), or make a new container for each test.',
    });
    await container.stop();
    expect(late).toThrow('too late');
    // one that was refused was none
    const sound = new Container();
    await expect(sound.boot(Symbol('nothing'))).rejects.toThrow('Nothing is bound');
    override(sound, Mailer, fake);
    expect((await sound.boot(App)).mailer).toBe(fake);
  });

  it('is refused for what is no container', () => {
    expect(() => {
      override({} as never, Mailer, fake);
    }).toThrow(
      new TypeError(
        'override() takes a Container of mode-ts, and this is none\n  → Give the container that is tested.',
      ),
    );
  });

  it('checks the fake against what it takes the place of', () => {
    const container = new Container();
    // @ts-expect-error -- a Mailer has no such member
    override(container, Mailer, { post: () => undefined });
    // @ts-expect-error -- send() gives a string
    override(container, Mailer, { send: () => 1 });
    override(container, 'anything', { at: 'all' });
    expect(container.get('anything')).toEqual({ at: 'all' });
  });
});
