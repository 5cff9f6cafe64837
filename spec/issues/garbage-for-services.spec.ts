import { describe, expect, it } from 'vitest';
import { Service, Signal } from '../../lib/index.js';
import { boom, rejection, theatre, thrown } from '../lifecycle/support.js';

class Other extends Service {}

const nobodies: readonly [string, () => unknown, string][] = [
  ['undefined', () => undefined, 'Give an instance of a service.'],
  ['an object', () => ({}), 'Give an instance of a service.'],
  ['a text', () => 'Other', 'Give an instance of a service.'],
  ['a class', () => Other, 'Give an instance, not the class.'],
  ['a promise', () => Promise.resolve(new Other()), 'Await it first.'],
];

describe.each(nobodies)('%s is no child, and refused by', (_, make, remedy) => {
  it('addDependency(), addRuntimeDependency() and removeDependency()', async () => {
    const a = theatre().actor('A');
    const child = make() as Service;
    const errors = [
      thrown(() => a.addDependency(child)),
      await rejection(a.addRuntimeDependency(child)),
      await rejection(a.removeDependency(child)),
    ];
    for (const { message } of errors) {
      expect(message).toMatch(/^(add|remove)Dependency\(\) of A takes services, which .* is none of\n/);
      expect(message).toContain(remedy);
    }
  });

  it('onInitDependencies()', async () => {
    const a = theatre().actor('A', { onInitDependencies: () => [make() as Service] });
    const { message } = await rejection(a.start());
    expect(message).toMatch(/^onInitDependencies\(\) of A takes services, which .* is none of\n/);
    expect(message).toContain(remedy);
  });
});

describe('onInitDependencies()', () => {
  it('cannot be asynchronous', async () => {
    const onInitDependencies = (() => Promise.reject(boom)) as never;
    expect((await rejection(theatre().actor('A', { onInitDependencies }).start())).message).toBe(
      'onInitDependencies() of A is asynchronous\n  → Return the services at once; what takes time belongs into onStart.',
    );
  });

  it('returns a list', async () => {
    const onInitDependencies = (() => 5) as never;
    expect((await rejection(theatre().actor('A', { onInitDependencies }).start())).message).toBe(
      'onInitDependencies() of A returned 5, which is no list\n  → Return the services in an array.',
    );
  });
});

describe('what is no function or promise is refused by', () => {
  it('addTask()', async () => {
    const a = theatre().actor('A');
    await a.start();
    expect(
      thrown(() => {
        a.addTask(5 as never);
      }).message,
    ).toBe('addTask() of A takes a promise or a function, not 5');
    await a.stop();
  });

  it('Service.from()', () => {
    expect(thrown(() => Service.from(5 as never)).message).toBe('Service.from() takes a function, not 5');
  });

  it('connect()', () => {
    const signal = new Signal({ name: 'onUpdate' });
    expect(thrown(() => signal.connect(undefined as never)).message).toBe(
      'connect() of onUpdate takes a function, not undefined',
    );
  });
});
