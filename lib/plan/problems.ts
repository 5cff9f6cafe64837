/** What can be wrong with a graph, in words that help. */
import type { ServiceIdentifier } from 'inversify';
import { way, type PlanProblem } from '../base/errors.js';
import { definitionOf, type Class } from '../declare/definition.js';
import { isPlain } from '../base/nearest.js';
import type { MetadataGap, Request } from './dependencies.js';
import type { Node } from './node.js';
import { inWords } from '../base/words.js';

/** The name of a token for people. */
export function tokenName(token: ServiceIdentifier): string {
  if (typeof token === 'function') return definitionOf(token).name;
  return typeof token === 'symbol' ? (token.description ?? token.toString()) : token;
}

/** What is asked for, and is not there. */
interface Missing {
  readonly token: ServiceIdentifier;
  readonly path: string[];
  /** The nearest names. */
  readonly suggestions: string[];
  /** How it could be done without, if it can. */
  readonly optional: string;
  /** Something that looks just like it. */
  readonly twin: ServiceIdentifier | undefined;
}

export function missing({ token, path, suggestions, optional, twin }: Missing): PlanProblem {
  const hint = twin === undefined ? meant(suggestions) : `. ${alike(token, twin)}`;
  return {
    kind: 'missing',
    message: `Nothing is bound to ${printToken(token)} (${way(path)})${hint}\n→ ${remedyFor(token, twin, optional)}`,
    path,
    suggestions,
  };
}

function alike(token: ServiceIdentifier, twin: ServiceIdentifier): string {
  const kind = typeof twin;
  if (typeof token !== kind) return `What is bound is ${printToken(twin)}, ${KINDS[kind] ?? 'another token'}`;
  return typeof token === 'symbol'
    ? 'Another symbol with this description is bound'
    : 'Another class of this name is bound (from another file, or another copy of it)';
}

const KINDS: Record<string, string> = { function: 'a class', string: 'a string', symbol: 'a symbol' };

function remedyFor(token: ServiceIdentifier, twin: ServiceIdentifier | undefined, optional: string): string {
  const name = tokenName(token);
  if (twin !== undefined) {
    return `Use the same ${typeof token === 'symbol' && typeof twin === 'symbol' ? 'symbol' : 'token'} in both places.`;
  }
  if (typeof token !== 'function') return `Bind it: container.bind(${printToken(token)}).to(...)${optional}.`;
  return NATIVE.test(Function.prototype.toString.call(token))
    ? `Bind what stands for it: container.bind(${name}).toConstantValue(...).`
    : `Decorate ${name} with @service()${above(token)}, or bind what stands for it: container.bind(${name}).to(...).`;
}

/** Where another decorator made it of a class that is declared. */
function above(cls: Class): string {
  const { base } = definitionOf(cls);
  return base?.declared === true ? ` (above the decorator that made it of ${base.name}, if one did)` : '';
}

const NATIVE = /\{\s*\[native code\]\s*\}$/;

/** Refuses what stands for nothing, before it is looked up. */
export function requireToken(token: unknown, where: string): asserts token is ServiceIdentifier {
  if (typeof token === 'function' || typeof token === 'symbol' || typeof token === 'string') return;
  const cls =
    typeof token !== 'object' || token === null || Array.isArray(token) || isPlain(token)
      ? undefined
      : token.constructor.name;
  const what = cls === undefined ? inWords(token, { depth: 0 }) : `an instance of ${cls}`;
  throw new TypeError(`${where} takes a class, a string or a symbol, not ${what}\n  → ${instead(token, cls)}`);
}

function instead(token: unknown, cls: string | undefined): string {
  if (token === undefined) return 'The class was not there yet when this was called (two files import each other?).';
  if (token instanceof AbortSignal) return 'A signal is an option: { signal }.';
  return cls === undefined
    ? 'Give what it was bound by, or the class itself.'
    : `Give the class, ${cls}, or have the container take on what exists: container.adopt(service) gives what it is booted by.`;
}

/** Something is bound to the token, but under other names or tags, or for somebody else. */
export function unfit(
  { token, name, tags }: Pick<Request, 'token' | 'name' | 'tags'>,
  bound: readonly Node[],
  path: string[],
  optional: string,
): PlanProblem {
  const bind = `container.bind(${printToken(token)}).to(...)`;
  const wanted = [
    ...(name === undefined ? [] : [{ is: `named ${inWords(name)}`, when: `.whenNamed(${inWords(name)})` }]),
    ...Array.from(tags, ([key, value]) => ({
      is: `tagged ${String(key)} = ${inWords(value)}`,
      when: `.whenTagged(${inWords(key)}, ${inWords(value)})`,
    })),
  ];
  const there = bound.length === 0 ? '' : `; there is ${listed(bound)}`;
  const message =
    wanted.length === 0
      ? `What is bound to ${printToken(token)} has a condition that is not met here (${way(path)})${there}\n` +
        `→ Ask for it by its name or tag, with @named() or @tagged(), or bind one without a condition: ${bind}.`
      : `Nothing that is bound to ${printToken(token)} is ${wanted.map(({ is }) => is).join(' and ')} (${way(path)})${there}\n` +
        `→ Bind it: ${bind}${wanted[0]?.when ?? ''}${optional}.`;
  return { kind: 'missing', message, path, suggestions: [] };
}

export function ambiguous(token: ServiceIdentifier, candidates: readonly Node[], path: string[]): PlanProblem {
  return {
    kind: 'ambiguous',
    message:
      `${printToken(token)} has ${String(candidates.length)} bindings that fit: ${listed(candidates)} (${way(path)})\n` +
      `→ Tell them apart with .whenNamed() and @named(), ask for all of them with @multiInject(), or remove one.`,
    path,
    suggestions: candidates.map(({ name }) => name),
  };
}

/** What candidates are. */
function listed(nodes: readonly Node[]): string {
  const more = nodes.length > LISTED ? [`${String(nodes.length - LISTED)} more`] : [];
  return [...nodes.slice(0, LISTED).map(described), ...more].join(', ');
}

/** How many candidates are worth listing. */
const LISTED = 10;

/** What a candidate is. Of a value its type alone: it may be a secret. */
function described({ source, kind, name }: Node): string {
  if (typeof source === 'function' || 'definition' in source) return `the ${kind} ${name}`;
  switch (source.type) {
    case 'ConstantValue':
      return `a constant (${typeName(source.value)})`;
    case 'DynamicValue':
      return 'a dynamic value';
    case 'Factory':
      return 'a factory';
    case 'Instance':
      return `the class ${tokenName(source.implementationType)}`;
    case 'ResolvedValue':
      return 'a resolved value';
    case 'ServiceRedirection':
      return printToken(source.targetServiceIdentifier);
  }
}

function typeName(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return (value.constructor as Function | undefined)?.name ?? 'object';
}

export function cycle(names: string[], root: string[]): PlanProblem {
  const path = [...names, names[0] ?? ''];
  return {
    kind: 'cycle',
    message:
      `${way(path)} is a cycle (reached by ${way(root)}): none of them can start before the others\n` +
      `→ Move what both sides need into a service of its own, or let one side look the other up with container.get() when it needs it.`,
    path,
    suggestions: [],
  };
}

export function metadata(owner: string, place: string, gap: MetadataGap, path: string[]): PlanProblem {
  return {
    kind: 'metadata',
    message: `${place} of ${owner} ${gap.message} (${way(path)})\n→ ${gap.remedy}`,
    path,
    suggestions: [],
  };
}

export function stray(name: string, path: string[]): PlanProblem {
  return {
    kind: 'metadata',
    message: `${name} is a constant that is a service, which nobody starts (${way(path)})\n→ Have the container take it on, container.adopt(service), bind its class, or make it a resource: container.resource(id, { start, stop }).`,
    path,
    suggestions: [],
  };
}

export function parent(name: string, path: string[]): PlanProblem {
  return {
    kind: 'parent',
    message: `${name} belongs to the parent container and does not run there (${way(path)})\n→ Boot the parent first: await parent.boot(${name}).`,
    path,
    suggestions: [],
  };
}

function printToken(token: ServiceIdentifier): string {
  const name = tokenName(token);
  if (typeof token === 'symbol') return token.toString();
  return typeof token === 'string' ? `'${name}'` : name;
}

function meant(suggestions: readonly string[]): string {
  return suggestions.length === 0 ? '' : `. Did you mean ${suggestions.join(' or ')}?`;
}

export function notOptional(name: string, owner: string, path: string[]): PlanProblem {
  return {
    kind: 'metadata',
    message:
      `${owner} needs ${name}, a resource that is not required, so it may be given undefined (${way(path)})\n` +
      `→ Inject it as optional: @inject(...) @optional(), or { serviceIdentifier, optional: true } in inject; or leave required: false out.`,
    path,
    suggestions: [],
  };
}
