/** What user code gives as children: it can be anything at all. */
import { handled, isThenable } from '../base/async.js';
import { requireOurService } from '../declare/copies.js';
import { inWords } from '../base/words.js';

/** What `onInitDependencies` returned, as a list. */
export function childrenIn(given: unknown, what: string): unknown[] {
  if (given === undefined || given === null) return [];
  if (isThenable(given)) {
    void handled(Promise.resolve(given));
    throw new TypeError(
      `${what} is asynchronous\n  → Return the services at once; what takes time belongs into onStart.`,
    );
  }
  if (typeof given === 'object' && Symbol.iterator in given) return Array.from(given as Iterable<unknown>);
  throw new TypeError(`${what} returned ${shown(given)}, which is no list\n  → Return the services in an array.`);
}

/** Whether something could have been made by a class. */
export function isInstance(child: unknown): child is object {
  return typeof child === 'object' && child !== null && typeof child.constructor === 'function' && !isThenable(child);
}

export function noService(child: unknown, what: string): TypeError {
  requireOurService(child);
  return new TypeError(`${what} takes services, which ${shown(child)} is none of\n  → ${remedyFor(child)}`);
}

function remedyFor(child: unknown): string {
  if (typeof child === 'function') return 'Give an instance, not the class.';
  return isThenable(child) ? 'Await it first.' : 'Give an instance of a service.';
}

function shown(value: unknown): string {
  return inWords(value, { depth: 0 });
}
