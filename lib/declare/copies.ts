/**
 * More than one installed copy of this package. A class that was declared with another copy has its tasks, its options and its
 * life there, where this one does not see them: it is refused by name.
 */
import { ModeError } from '../base/errors.js';
import { PLACE } from '../base/own-files.js';

const WHAT = 'mode-ts.definition of ';

/** The key of what was declared about a class, of this copy alone. It says where this copy is, for the others. */
export const DECLARED = Symbol(WHAT + PLACE);

/** @throws ModeError ERR_MODE_COPIES when the class, or one that it extends, was declared with another copy */
export function requireOurs(cls: object, name: string): void {
  for (let one: unknown = cls; typeof one === 'function'; one = Object.getPrototypeOf(one)) {
    for (const { description = '' } of Object.getOwnPropertySymbols(one).filter((key) => key !== DECLARED)) {
      if (description.startsWith(WHAT)) throw otherCopy(name, description.slice(WHAT.length));
    }
  }
}

/** The same for what may be an instance of such a class. */
export function requireOurService(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const cls: unknown = value.constructor;
  if (typeof cls === 'function') requireOurs(cls, cls.name);
}

function otherCopy(name: string, place: string): ModeError {
  const places = place === PLACE ? `which is loaded twice: ${place}` : `${place}, and is used with ${PLACE}`;
  return new ModeError('ERR_MODE_COPIES', {
    message: `${name} was declared with another copy of mode-ts, ${places}`,
    remedy:
      'Let everything use one copy: npm ls mode-ts shows who brings the other. A library names mode-ts as a peer dependency.',
    path: [name],
  });
}
