/** Modules that bring resources along. */
import * as inversify from 'inversify';
import type { ContainerModuleLoadOptions } from 'inversify';
import { ModeError } from '../base/errors.js';
import type { Container } from './container.js';

/** What the function of a module is handed: what inversify's is, and `resource`. */
export interface ModuleOptions extends ContainerModuleLoadOptions {
  /** As `container.resource()`. It goes with the module when that is unloaded. */
  resource: Container['resource'];
}

/** Inversify's module, whose function is handed `resource` as well. A plain container of inversify loads it, unless it has resources. */
export class ContainerModule extends inversify.ContainerModule {
  constructor(load: (options: ModuleOptions) => void | Promise<void>) {
    super((options) => load({ resource: refuse, ...options } as ModuleOptions));
  }
}

function refuse(): never {
  throw new ModeError('ERR_MODE_DECLARATION', {
    message: 'This module has a resource, which a plain container of inversify cannot manage',
    remedy: 'Load it into a Container of mode-ts.',
  });
}

/** Modules that are handed `resource` by a container. */
export function withResource(
  modules: readonly inversify.ContainerModule[],
  resourceBy: (bind: ContainerModuleLoadOptions['bind']) => Container['resource'],
): inversify.ContainerModule[] {
  return modules.map((module) => {
    if (!(module instanceof ContainerModule)) return module;
    const load = (options: ContainerModuleLoadOptions): void | Promise<void> => {
      const given: ModuleOptions = { ...options, resource: resourceBy(options.bind) };
      return module.load(given);
    };
    // all that inversify looks at; its class has private members
    return { id: module.id, load } as unknown as inversify.ContainerModule;
  });
}
