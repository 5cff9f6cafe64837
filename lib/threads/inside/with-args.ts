import { ModeError } from '../../base/errors.js';
import { declareService, definitionOf, type Class, type InjectOption } from '../../declare/definition.js';
import { isRequest, MetadataGap, parametersOf, type Dependency, type Request } from '../../plan/dependencies.js';

type Constructor = new (...args: unknown[]) => object;

/** A class whose constructor is given some arguments by us; those that follow are for the container to inject. */
export function withArgs(cls: Class, args: readonly unknown[]): Class {
  const definition = definitionOf(cls);
  const injected = parametersOf(definition).slice(args.length);
  // a parameter behind the arguments that nothing can be injected into has a default
  while (injected.at(-1) instanceof MetadataGap) injected.pop();
  // the length of a class ends before its first default
  if (cls.length > args.length + injected.length) throw notGiven(definition.name, args.length + injected.length + 1);
  const subclass = class extends (cls as Constructor) {
    constructor(...rest: unknown[]) {
      super(...args, ...rest);
    }
  };
  Object.defineProperty(subclass, 'name', { value: cls.name });
  const inject = injected.map((dependency, index) => toOption(dependency, definition.name, args.length + index + 1));
  const { options } = definition;
  declareService(subclass, { ...options, name: definition.name, inject });
  return subclass;
}

function toOption(dependency: Dependency | MetadataGap, name: string, position: number): InjectOption {
  if (dependency === undefined || dependency instanceof MetadataGap) throw notGiven(name, position);
  return isRequest(dependency) ? ofRequest(dependency) : dependency;
}

function ofRequest({ token, multiple, chained, optional, name, tags }: Request): InjectOption {
  return {
    serviceIdentifier: token,
    isMultiple: multiple,
    chained,
    optional,
    ...(name !== undefined && { name }),
    tags: Array.from(tags, ([key, value]) => ({ key, value })),
  };
}

function notGiven(name: string, position: number): ModeError {
  return new ModeError('ERR_MODE_THREAD_MODULE', {
    message: `Parameter ${String(position)} of the constructor of ${name} is neither among the args of its thread nor can it be injected`,
    remedy: 'Give it in args, or put what is injected behind it.',
    path: [name],
  });
}
