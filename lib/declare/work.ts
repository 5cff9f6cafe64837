/** The tasks, timers and crontabs that decorators have written down. */
import type { WorkDefinition } from './definition.js';

/** None. */
export const NO_WORK: readonly WorkDefinition[] = Object.freeze([]);

// Keyed by prototype (legacy decorators) or by the class's metadata object (standard ones).
const declaredWork = new WeakMap<object, WorkDefinition[]>();

/** Writes one down. `holder` is the class's prototype or its metadata object. */
export function recordWork(holder: object, work: WorkDefinition): void {
  const list = declaredWork.get(holder);
  if (list === undefined) declaredWork.set(holder, [work]);
  else list.push(work);
}

/** The class's tasks and timers: those of its base classes first, a redeclared method as the nearest class says. */
export function workOf(
  name: string,
  prototype: object,
  metadata: object | undefined,
  inherited = NO_WORK,
): readonly WorkDefinition[] {
  const legacy = declaredWork.get(prototype);
  const standard = metadata === undefined ? undefined : declaredWork.get(metadata);
  if (legacy === undefined && standard === undefined) return inherited;
  const own = [...(legacy ?? NO_WORK), ...(standard ?? NO_WORK)];
  const redeclared = new Set(own.map(({ key }) => key));
  const all = [...inherited.filter(({ key }) => !redeclared.has(key)), ...own];
  const crontabs = all.filter(({ kind }) => kind === 'crontab');
  if (crontabs.length > 1) requireNames(name, crontabs);
  return all;
}

/** A coordinator asks for each run by the name of the crontab: two of one name would take it from each other. */
function requireNames(service: string, crontabs: readonly WorkDefinition[]): void {
  const keys = new Map<string, PropertyKey>();
  for (const { name, key } of crontabs) {
    const other = keys.get(name);
    if (other !== undefined) {
      throw new TypeError(
        `${service} has two crontabs called ${name}: ${String(other)} and ${String(key)}\n` +
          `  → Give each a name of its own: @crontab('…', { name: '…' }).`,
      );
    }
    keys.set(name, key);
  }
}
