/**
 * Between a container and what it makes: a look-up in an instance or a class that is seen for the first time is expensive, so
 * who makes one says so before, and is told after.
 */
import { soon } from '../base/async.js';
import { currentKeeper, keepTime, type Timekeeper } from '../base/clock.js';
import { definitionOf, type Class, type Definition } from '../declare/definition.js';
import { LIFECYCLE, Lifecycle, lifecycleIn, lifecycleOf } from './lifecycle.js';

let expected: Definition | undefined;
let made: Lifecycle | undefined;
/** The last one that was made outside of any container or hook, for the rest of this turn. */
let byHand: Timekeeper | undefined;

/** Says what is about to be made; `undefined`, that what was made is not to be found by {@link lifecycleMade}. */
export function expectInstance(definition: Definition | undefined): void {
  expected = definition;
  made = undefined;
}

/** A lifecycle for an instance that is being made by its base class. */
export function makeLifecycle(target: object, cls: Class): Lifecycle {
  if (expected?.cls !== cls) return makeByHand(target, definitionOf(cls));
  return (made = new Lifecycle(target, expected));
}

/** Its own fields are made right after this: they go by its clock, which it may be given later. */
function makeByHand(target: object, definition: Definition): Lifecycle {
  const lifecycle = new Lifecycle(target, definition);
  if (currentKeeper() === byHand) {
    if (byHand === undefined) soon(forgetByHand);
    byHand = {
      get clock() {
        return lifecycle.env.clock;
      },
    };
    keepTime(byHand);
  }
  return lifecycle;
}

function forgetByHand(): void {
  byHand = undefined;
  keepTime(undefined);
}

/** The lifecycle of the instance that was expected. */
export function lifecycleMade(instance: object): Lifecycle {
  const lifecycle = made;
  const definition = expected;
  expected = made = undefined;
  if (lifecycle?.target === instance) return lifecycle;
  // a constructor may return what it likes
  const isPlain = definition?.extendsBase === false && Object.getPrototypeOf(instance) === definition.prototype;
  return isPlain ? lifecycleIn(instance, definition) : lifecycleOf(instance);
}

/** That of a value that extends the base class of services, if it does. */
export function lifecycleOfService(value: unknown): Lifecycle | undefined {
  try {
    const known: unknown =
      typeof value === 'object' && value !== null ? (value as { [LIFECYCLE]?: unknown })[LIFECYCLE] : undefined;
    return known instanceof Lifecycle ? known : undefined;
  } catch {
    // a proxy that lets nobody look
    return undefined;
  }
}
