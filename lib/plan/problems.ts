/** What can be wrong with a graph, in words that help. */
import type { ServiceIdentifier } from 'inversify';
import type { PlanProblem } from '../base/errors.js';
import { definitionOf, type Class } from '../declare/definition.js';
import { nearest } from '../base/nearest.js';
import type { MetadataGap } from './dependencies.js';

/** The name of a token for people. */
export function tokenName(token: ServiceIdentifier): string {
  if (typeof token === 'function') return definitionOf(token as Class).name;
  return typeof token === 'symbol' ? (token.description ?? token.toString()) : token;
}

export function missing(token: ServiceIdentifier, path: string[], known: Iterable<string>): PlanProblem {
  const name = tokenName(token);
  const suggestions = nearest(name, known);
  const remedy =
    typeof token === 'function'
      ? `Decorate ${name} with @service(), or bind it: container.bind(${name}).toSelf().`
      : `Bind it: container.bind(${printToken(token)}).to(...), or mark the dependency @optional().`;
  return {
    kind: 'missing',
    message: `Nothing is bound to ${printToken(token)} (${way(path)})${meant(suggestions)}\n→ ${remedy}`,
    path,
    suggestions,
  };
}

export function ambiguous(token: ServiceIdentifier, candidates: string[], path: string[]): PlanProblem {
  return {
    kind: 'ambiguous',
    message:
      `${printToken(token)} has ${String(candidates.length)} bindings that fit: ${candidates.join(', ')} (${way(path)})\n` +
      `→ Tell them apart with .whenNamed() and @named(), ask for all of them with @multiInject(), or remove one.`,
    path,
    suggestions: candidates,
  };
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
  return { kind: 'metadata', message: `${place} of ${owner} ${gap.message} (${way(path)})\n→ ${gap.remedy}`, path, suggestions: [] };
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
  if (typeof token === 'symbol') return `Symbol(${name})`;
  return typeof token === 'string' ? `'${name}'` : name;
}

function way(path: readonly string[]): string {
  // a chain can be very long, and its ends tell the most
  const shown = path.length <= 12 ? path : [...path.slice(0, 5), `… ${String(path.length - 10)} more …`, ...path.slice(-5)];
  return shown.join(' → ');
}

function meant(suggestions: readonly string[]): string {
  return suggestions.length === 0 ? '' : `. Did you mean ${suggestions.join(' or ')}?`;
}
