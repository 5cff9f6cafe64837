/** What the compiler lets through; the bodies of the functions are never run. */
import { Service } from 'mode-ts';
import { QueueServiceThread, ServiceThread } from 'mode-ts/threads';
import { expect, expectTypeOf, it } from 'vitest';

class Cruncher extends Service {
  constructor(
    readonly limit: number,
    readonly options?: { by: number },
  ) {
    super();
  }

  readonly size = 5;

  primes(below: number): number[] {
    return [below];
  }

  async crunch(what: string, times = 1, signal?: AbortSignal): Promise<string> {
    return Promise.resolve(`${what}${String(times)}${String(signal?.aborted)}`);
  }

  override onStart(): void {
    // only its name matters
  }
}

const at = { module: import.meta.url, export: 'Cruncher' };

it('knows the methods of the service inside, by its class or by its instances', () => {
  const use = async (
    thread: QueueServiceThread<typeof Cruncher>,
    same: QueueServiceThread<Cruncher>,
  ): Promise<void> => {
    expectTypeOf(await thread.call('primes', 5)).toEqualTypeOf<number[]>();
    expectTypeOf(await same.call('primes', 5)).toEqualTypeOf<number[]>();
    expectTypeOf(await thread.remote.crunch('it')).toEqualTypeOf<string>();
    const { signal } = new AbortController();
    await thread.call('crunch', 'it', 2, signal);
    await thread.call('crunch', 'it', 2, { signal });
    await thread.remote.primes(5, { signal });
    thread.cast('crunch', 'it');
    // @ts-expect-error -- the signal would become the second parameter
    await thread.call('crunch', 'it', { signal });
    // @ts-expect-error -- wrong argument
    await thread.call('primes', '5');
    // @ts-expect-error -- too many
    await thread.call('primes', 5, 6);
    // @ts-expect-error -- no such method
    await thread.call('prime', 5);
    // @ts-expect-error -- no method
    await thread.call('size');
    // @ts-expect-error -- what every service has is not for calls
    await thread.call('stop');
    // @ts-expect-error -- nor are hooks
    await thread.call('onStart');
    // @ts-expect-error -- the same by the proxy
    await thread.remote.stop();
  };
  expect(use).toBeTypeOf('function');
});

it('knows the arguments of its constructor', () => {
  const make = (): ServiceThread[] => [
    new ServiceThread<typeof Cruncher>(at),
    new ServiceThread<typeof Cruncher>({ ...at, args: [1] }),
    new ServiceThread<typeof Cruncher>({ ...at, args: [1, { by: 2 }] }),
    // @ts-expect-error -- wrong type
    new ServiceThread<typeof Cruncher>({ ...at, args: ['1'] }),
    // @ts-expect-error -- too many
    new ServiceThread<typeof Cruncher>({ ...at, args: [1, { by: 2 }, 3] }),
    new ServiceThread({ ...at, args: ['whatever'] }),
  ];
  expect(make).toBeTypeOf('function');
});

it('takes anything where no type is given', () => {
  const use = async (thread: QueueServiceThread): Promise<void> => {
    expectTypeOf(await thread.call('whatever', 1, 'two')).toBeAny();
    await thread.remote['whatever']?.(1);
    thread.cast('whatever');
  };
  expect(use).toBeTypeOf('function');
});
