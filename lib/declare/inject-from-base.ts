import * as inversify from 'inversify';
import type { InjectFromBaseOptions } from 'inversify';
import type { Class } from './definition.js';

const said = new WeakMap<object, InjectFromBaseOptions>();

/**
 * Inversify's decorator. A class takes what its base class takes also without it; with it, a class can say that it does not:
 * `@injectFromBase({ extendProperties: false })`. Below `@service()`.
 */
export function injectFromBase(options: InjectFromBaseOptions = {}): ClassDecorator {
  const decorate = inversify.injectFromBase(options);
  return (target) => {
    decorate(target);
    said.set(target, options);
  };
}

/** What a class says about what it takes from its base class: nearly always nothing. */
export function fromBase(cls: Class | undefined): InjectFromBaseOptions | undefined {
  return cls === undefined ? undefined : said.get(cls);
}
