import type { ServiceIdentifier } from 'inversify';
import { ModeError } from '../base/errors.js';
import type { Container } from '../container/container.js';
import { declarationOf, declareService, definitionOf, type Class } from '../declare/definition.js';
import { isInstance } from '../lifecycle/declared.js';
import { LIFECYCLE } from '../lifecycle/lifecycle.js';
import { tokenName } from '../plan/problems.js';
import { inside } from './inside.js';

/** What can take the place of something: as much of it as the test needs, or a class that makes that. */
export type Fake<T> = T extends object ? Partial<T> | (abstract new (...args: never[]) => Partial<T>) : T;

/**
 * Replaces a service, resource or value in a test: from now on `fake` is what everybody gets for `id`, whatever is bound to it, now or
 * later; for a class, also by whatever other identifier it is bound. What only the original needed is not started.
 *
 * ```ts
 * override(container, Mailer, { send: (text) => { sent.push(text); } });
 * override(container, Database, FakeDatabase);
 * ```
 *
 * A fake that is a service, or a class of services, is started and stopped like the original. Before the first `boot()`.
 *
 * @throws ModeError ERR_MODE_STARTED when the container was booted already
 */
export function override<T>(container: Container, id: ServiceIdentifier<T>, fake: Fake<T>): void {
  const host = inside(container, 'override()');
  const name = tokenName(id);
  if (container.state !== 'idle') {
    throw new ModeError('ERR_MODE_STARTED', {
      message: `override() of ${name} comes too late: the container was booted already`,
      remedy: 'Call it before the first boot(), or make a new container for each test.',
      path: [name],
    });
  }
  host.bridge.standIn(id, bindFake(container, name, fake));
}

/** Binds it to an identifier of its own. */
function bindFake(container: Container, name: string, fake: unknown): ServiceIdentifier {
  if (isService(fake)) return container.adopt(fake);
  const token = Symbol(name);
  const bound = container.bind(token);
  if (isClass(fake)) {
    // what has hooks is run, though nobody has decorated it
    const { declared, hasLife } = definitionOf(fake);
    if (!declared && hasLife) declareService(fake);
    bound.to(fake as new () => unknown).inSingletonScope();
  } else bound.toConstantValue(fake);
  return token;
}

function isService(fake: unknown): fake is object {
  return isInstance(fake) && (LIFECYCLE in fake || declarationOf(fake.constructor as Class) !== undefined);
}

function isClass(fake: unknown): fake is Class {
  if (typeof fake !== 'function') return false;
  return declarationOf(fake as never) !== undefined || /^class\b/.test(Function.prototype.toString.call(fake));
}
