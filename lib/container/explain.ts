/** What becomes of a crash, in words. */
import { describePolicy } from '../supervise/budget.js';
import { isResource } from '../plan/node.js';
import { dependentsOf } from './restarts.js';
import type { Unit } from './unit.js';

/** How many names are listed one by one. */
const LISTED = 10;

function theEnd({ optional }: Unit): string {
  return optional ? 'everything else goes on without it' : 'everything stops in order, and the container fails';
}

/** What becomes of a crash of a unit, among all units of its container: a few sentences, one a line. */
export function explainCrash(unit: Unit, all: readonly Unit[]): string {
  const { name, kind, definition } = unit;
  if (kind === 'injectable' || kind === 'value') return `${name} has nothing that starts or runs, so it cannot crash.`;
  const isQuiet = isResource(unit.source) && unit.source.watch === undefined && definition?.restart === undefined;
  const lines =
    isQuiet && kind === 'resource'
      ? [`${name} has nothing that runs, so it crashes only if it cannot start again. Then ${theEnd(unit)}.`]
      : onCrash(unit, all);
  const above = all.filter((other) => other !== unit && takesDown(other, unit)).map((other) => other.name);
  if (above.length > 0) lines.push(`It also restarts when ${list(above, 'or')} ${above.length === 1 ? 'does' : 'do'}.`);
  if (definition?.restart === undefined && kind === 'service') lines.push(remedy(unit));
  return lines.join('\n');
}

function onCrash(unit: Unit, all: readonly Unit[]): string[] {
  const { name, definition, optional } = unit;
  const policy = definition?.restart;
  const end = theEnd(unit);
  if (policy === undefined) return [`When ${name} crashes, ${end}.`];
  if (policy.maxRestarts === 0) return [`When ${name} crashes, ${end}: maxRestarts is 0.`];
  const lines = [`When ${name} crashes, it ${describePolicy(policy)}.`];
  const dependents = alive(dependentsOf(unit), unit);
  const names = namesOf(dependents);
  switch (policy.scope) {
    case 'self':
      lines.push(
        names.length === 0
          ? 'Nothing depends on it, and nothing else restarts.'
          : `It restarts alone: ${list(names)}, which ${depend(names)} on it, ${names.length === 1 ? 'goes' : 'go'} on without it.`,
      );
      break;
    case 'dependents':
      lines.push(
        names.length === 0
          ? 'Nothing depends on it, so nothing else restarts.'
          : `${list(names)}, which ${depend(names)} on it, ${howDependents(names.length === 1, optional)}.`,
      );
      break;
    case 'all': {
      const others = namesOf(alive(all, unit)).reverse();
      lines.push(
        others.length === 0 ? 'There is nothing else to restart.' : `Everything restarts with it: ${list(others)}.`,
      );
      break;
    }
  }
  if (policy.maxRestarts !== Infinity) lines.push(`One crash more, and ${end}.`);
  return lines;
}

function howDependents(isOne: boolean, optional: boolean): string {
  if (optional) return isOne ? 'goes on and restarts once it is back' : 'go on and restart once it is back';
  return isOne ? 'stops before it and comes back after it' : 'stop before it and come back after it';
}

function remedy({ definition }: Unit): string {
  const declared = definition?.options.restart?.when === 'never';
  return declared
    ? "→ So it was declared: @service({ restart: { when: 'never' } })."
    : '→ To let it come back by itself: @service({ restart: {} }).';
}

/** Whether a crash of one takes another down and brings it back. */
function takesDown(one: Unit, other: Unit): boolean {
  const policy = one.definition?.restart;
  if (policy === undefined || policy.maxRestarts === 0 || policy.scope === 'self') return false;
  return policy.scope === 'all' || dependentsOf(one).includes(other);
}

/** What else restarts: once it runs, only what runs with it. */
function alive(units: readonly Unit[], unit: Unit): Unit[] {
  return units.filter(
    (one) => one !== unit && (one.wanted || !unit.wanted) && (one.kind === 'service' || one.kind === 'resource'),
  );
}

function namesOf(units: readonly Unit[]): string[] {
  return units.map(({ name }) => name);
}

function depend(names: readonly string[]): string {
  return names.length === 1 ? 'depends' : 'depend';
}

/** Names as people list them: `A, B and C`. */
function list(names: readonly string[], last = 'and'): string {
  const shown = names.length > LISTED ? [...names.slice(0, LISTED), `${String(names.length - LISTED)} more`] : names;
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} ${last} ${shown.at(-1) ?? ''}`;
}
