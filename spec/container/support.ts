import {
  Container,
  service,
  type ContainerOptions,
  type ServiceIdentifier,
  type ServiceOptions,
} from '../../lib/index.js';
import { FakeClock, recordHistory } from '../../lib/testing/index.js';
import { script } from '../support.js';

export { rejection, settle, thrown } from '../support.js';

/** A container whose time stands still, and what happens to its services. */
export function stage(options: ContainerOptions = {}) {
  const clock = new FakeClock();
  const container = new Container({ clock, ...options });
  const history = recordHistory(container, { types: ['service'] });
  return { clock, container, history };
}

interface PlayerOptions<B> extends ServiceOptions {
  /** What its constructor takes. */
  needs?: ServiceOptions['inject'];
  onStart?: (this: B, signal: AbortSignal) => unknown;
  onStop?: (this: B, signal: AbortSignal) => unknown;
}

/** Any class, whatever its constructor takes. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- `never[]` is no service identifier
export type AnyClass<T = object> = new (...args: any[]) => T;

export type Player<B = object> = new (...needs: unknown[]) => B & { readonly needs: readonly unknown[] };

class Plain {}

/** Makes services that write down what happens to them: `+A` when A's `onStart` begins, `-A` when its `onStop` does. */
export function troupe<B extends object = Plain>(Base: new () => object = Plain) {
  const { act, ...rest } = script();
  return {
    ...rest,
    player(name: string, { needs = [], onStart, onStop, ...options }: PlayerOptions<B> = {}): Player<B> {
      class Some extends Base {
        readonly needs: readonly unknown[];
        constructor(...given: unknown[]) {
          super();
          this.needs = given;
        }
        onStart(signal: AbortSignal) {
          return act(`+${name}`, onStart?.bind(this as never, signal));
        }
        onStop(signal: AbortSignal) {
          return act(`-${name}`, onStop?.bind(this as never, signal));
        }
      }
      service({ name, inject: needs, ...options })(Some);
      return Some as unknown as Player<B>;
    },
  };
}

/** The names on each level, lowest first. */
export function levelsOf(container: Container, ...roots: ServiceIdentifier[]): string[][] {
  return container.plan(...roots).levels.map((level) => level.map(({ name }) => name));
}
