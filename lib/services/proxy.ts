import { ModeError } from '../base/errors.js';
import { requireOurService } from '../declare/copies.js';
import { definitionOf, type Class } from '../declare/definition.js';
import { LIFECYCLE } from '../lifecycle/lifecycle.js';
import { expectInstance } from '../lifecycle/making.js';
import { Service } from '../service.js';

/**
 * A service that stands for another one, which is only made when it is needed (mode's `ServiceProxy`). Its state, its place in
 * the tree, and whatever is done to it, are those of the other: a proxy can be a child, be supervised, and be given to a
 * worker. Only its `label` is its own. Hooks, tasks and timers of the proxy's own class are not run.
 *
 * ```ts
 * export const app = new ServiceProxy(() => new App(settings));
 *
 * class AppProxy extends ServiceProxy<App> {
 *   override get service() { return new App(this.settings); } // called once
 * }
 * ```
 */
export class ServiceProxy<T extends Service = Service> extends Service {
  readonly #make: (() => T) | undefined;
  #made: T | undefined;

  /** @param make gives the service. Called once, on first use. A subclass may have a getter `service` instead. */
  constructor(...[make]: [make?: () => T]) {
    super();
    this.#make = make;
    // instead of the lifecycle that every service makes for itself
    expectInstance(undefined);
    Object.defineProperty(this, LIFECYCLE, { get: () => this.service[LIFECYCLE] });
    // before the getter of the class, so that one which makes a service does so only once
    Object.defineProperty(this, 'service', { get: () => (this.#made ??= this.#ask()) });
  }

  /**
   * The service that it stands for. A subclass says which; it is asked once.
   *
   * @throws ModeError ERR_MODE_PROXY when nobody says which
   */
  get service(): T {
    if (this.#make !== undefined) return this.#make();
    throw new ModeError('ERR_MODE_PROXY', {
      message: `${this.label} stands for no service`,
      remedy: 'Give its constructor a function that makes one, or have its class override the getter `service`.',
      path: [this.label],
    });
  }

  /** The name of the proxy itself. */
  override get label(): string {
    return definitionOf(this.constructor as Class).name;
  }

  #ask(): T {
    const service = Reflect.get(Object.getPrototypeOf(this) as object, 'service', this) as unknown;
    if (service instanceof Service && service !== this) return service as T;
    requireOurService(service);
    throw new ModeError('ERR_MODE_PROXY', {
      message: `${this.label} can only stand for another service, not for ${service === this ? 'itself' : String(service)}`,
      remedy: 'Let its function or its getter return a Service.',
      path: [this.label],
    });
  }
}
