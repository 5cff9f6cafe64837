/**
 * In which context something is asked for: what the conditions of inversify's bindings look at (`whenParentIs`,
 * `whenAnyAncestorNamed` and so on), all the way up to the root.
 */
import type { BindingConstraints } from '@inversifyjs/core';
import type { ServiceIdentifier } from 'inversify';
import { definitionOf, type Class } from '../declare/definition.js';
import {
  asRequest,
  fromElement,
  fromOption,
  MetadataGap,
  ownParametersOf,
  ownPropertiesOf,
  parametersOf,
  propertiesOf,
  type Dependency,
  type Request,
} from './dependencies.js';
import { isResource, type Filling, type Node } from './node.js';

/** One link of the chain from what is asked for up to the root. */
export class Context implements BindingConstraints {
  /** Whether a condition of something below has looked at this. */
  seen = false;
  /** Whether one has looked past it. */
  passed = false;

  constructor(
    readonly asked: Request,
    readonly from: Node | undefined,
    private readonly above: () => Context | undefined,
  ) {}

  get name(): BindingConstraints['name'] {
    return this.asked.name;
  }

  get serviceIdentifier(): ServiceIdentifier {
    return this.asked.token;
  }

  get tags(): BindingConstraints['tags'] {
    return this.asked.tags as BindingConstraints['tags'];
  }

  getAncestor(): Context | undefined {
    this.passed = true;
    const above = this.above();
    if (above !== undefined) above.seen = true;
    return above;
  }

  /** Whether what was found here is the same for whoever asks like this. */
  fits(asked: Request, from: Node | undefined): boolean {
    return isSame(this.asked, asked) && (!this.passed || this.from === from);
  }
}

/** Whether two requests are the same to a condition. */
export function isSame(one: Request, other: Request): boolean {
  if (one.token !== other.token || one.name !== other.name || one.tags.size !== other.tags.size) return false;
  for (const [key, value] of one.tags) if (other.tags.get(key) !== value || !other.tags.has(key)) return false;
  return true;
}

interface Needs {
  readonly parameters: readonly (Dependency | MetadataGap)[];
  readonly properties: ReadonlyMap<string | symbol, Dependency | MetadataGap> | undefined;
}

const NOTHING: Needs = { parameters: [], properties: undefined };

/** What is declared about what a node is given. */
export function needsOf({ source, definition }: Node): Needs {
  if (typeof source === 'function') {
    const declared = definition ?? definitionOf(source);
    return { parameters: parametersOf(declared), properties: propertiesOf(declared) };
  }
  if (isResource(source)) return { parameters: source.inject.map(fromOption), properties: undefined };
  if (source.type === 'Instance') {
    const declared = definitionOf(source.implementationType as Class);
    return { parameters: ownParametersOf(declared), properties: ownPropertiesOf(declared) };
  }
  if (source.type === 'ResolvedValue') {
    return {
      parameters: source.metadata.arguments.map((element) => fromElement(element as never)),
      properties: undefined,
    };
  }
  return NOTHING;
}

/** How one node asks for another. */
export function requestsFor(node: Node, from: Node): Request[] {
  const { parameters, properties } = needsOf(from);
  const requests: Request[] = [];
  const add = (filling: Filling<Node>, dependency: Dependency | MetadataGap): void => {
    const means = Array.isArray(filling) ? filling.includes(node) : filling === node;
    if (means && dependency !== undefined && !(dependency instanceof MetadataGap)) requests.push(asRequest(dependency));
  };
  for (const [index, dependency] of parameters.entries()) add(from.parameters[index], dependency);
  for (const [key, dependency] of properties ?? []) add(from.properties?.get(key), dependency);
  return requests;
}

/** How a node may say that it does without something; nothing, where it cannot. */
export function howOptional(token: ServiceIdentifier, from: Node): string {
  const { parameters, properties } = needsOf(from);
  const injected = [...parameters, ...(properties?.values() ?? [])].some(
    (one) => one !== undefined && !(one instanceof MetadataGap) && asRequest(one).token === token,
  );
  if (!injected) return '';
  if (isResource(from.source)) return ', or make it optional: { serviceIdentifier: ..., optional: true }';
  return ', or mark the dependency @optional()';
}
