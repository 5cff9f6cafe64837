/** Makes the values of units that are instances of classes. */
import { isThenable } from '../base/async.js';
import { keepTime, type Timekeeper } from '../base/clock.js';
import { ModeError } from '../base/errors.js';
import type { Definition } from '../declare/definition.js';
import type { Filling, Node } from '../plan/node.js';
import type { Unit } from './unit.js';

/** Gives the values of what only inversify can resolve. */
export type Ask = (unit: Unit) => unknown;

/** An instance of a unit's class, with everything injected. What it makes itself goes by the clock of its container. */
export function makeInstance(unit: Unit, ask: Ask, keeper: Timekeeper): object {
  const before = keepTime(keeper);
  try {
    return instanceOf(unit, ask);
  } finally {
    keepTime(before);
  }
}

function instanceOf(unit: Unit, ask: Ask): object {
  const { parameters, properties } = unit;
  const cls = unit.source as new (...args: unknown[]) => object;
  let instance: object;
  // nearly all classes need very little, and spreading has a price
  if (parameters.length === 0) instance = new cls();
  else if (parameters.length === 1) instance = new cls(valueOf(parameters[0], ask));
  else {
    // not by `fill`, whose call for each of many units costs more than these lines
    // oxlint-disable-next-line no-new-array -- a list that is pushed to has room for 16 more
    const values = new Array<unknown>(parameters.length);
    for (let index = 0; index < parameters.length; index += 1) {
      const filling = parameters[index] as Unit | undefined;
      values[index] = filling?.definition === undefined ? valueOf(filling, ask) : filling.value;
    }
    instance = new cls(...values);
  }
  if (properties !== undefined) {
    for (const [key, filling] of properties) {
      // what is optional and not there keeps its default
      if (!isWithdrawn(filling)) (instance as Record<string | symbol, unknown>)[key] = valueOf(filling, ask);
    }
  }
  return instance;
}

/** Whether it is the value of a resource that the program goes on without. */
export function isWithdrawn(filling: Filling<Node>): boolean {
  return filling !== undefined && !Array.isArray(filling) && (filling as Unit).absent && filling.kind === 'resource';
}

/** The values of some parameters. */
export function fill(fillings: readonly Filling<Node>[], ask: Ask): unknown[] {
  // oxlint-disable-next-line no-new-array -- a list that is pushed to has room for 16 more
  const values = new Array<unknown>(fillings.length);
  for (let index = 0; index < fillings.length; index += 1) values[index] = valueOf(fillings[index], ask);
  return values;
}

function valueOf(filling: Filling<Node>, ask: Ask): unknown {
  if (filling === undefined) return undefined;
  // nearly always; a list has no definition
  if ((filling as Unit).definition !== undefined) return (filling as Unit).value;
  if (!Array.isArray(filling)) return ask(filling as Unit);
  return fill(filling.some(isWithdrawn) ? filling.filter((one) => !isWithdrawn(one)) : filling, ask);
}

/** Calls what inversify's `@postConstruct()` names. */
export function postConstruct(instance: object, definition: Definition | undefined): void {
  const names = definition?.marked.postConstruct;
  if (names === undefined || names.length === 0) return;
  for (const name of names) {
    const result = (instance as Record<string | symbol, () => unknown>)[name]?.();
    if (isThenable(result)) {
      void Promise.resolve(result).catch(() => undefined);
      throw new ModeError('ERR_MODE_ASYNC_CONSTRUCTION', {
        message: `@postConstruct() ${instance.constructor.name}.${String(name)} is asynchronous`,
        remedy: 'What takes time belongs into onStart.',
      });
    }
  }
}
