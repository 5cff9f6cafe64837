import { inspect } from 'node:util';

/** How many names are worth offering. */
const MOST = 3;

/** The names that look most like `wanted`, nearest first; none that has little to do with it. */
export function nearest(wanted: string, names: Iterable<string>): string[] {
  return (
    [...names]
      .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
      // more than half of the letters are the same: a short name has little to do with any other
      .filter(({ name, distance }) => distance === 0 || distance * 2 < Math.min(wanted.length, name.length))
      .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
      .slice(0, MOST)
      .map(({ name }) => name)
  );
}

/** What is wrong with the keys of some options, if anything is: the first that nobody reads, and the nearest that somebody does. */
export function unknownKey(options: object, known: readonly string[]): string | undefined {
  for (const key in options) {
    if (known.includes(key)) continue;
    const [meant] = nearest(key, known);
    return `no option ${key}${meant === undefined ? ` (but ${known.join(', ')})` : `; did you mean ${meant}?`}`;
  }
  return undefined;
}

/**
 * Refuses options that nobody reads, where they are written: a misspelt one would be forgotten in silence.
 *
 * @throws TypeError
 */
export function requireOptions(options: object | undefined, known: readonly string[], of: string): void {
  if (options === undefined) return;
  if (!isPlain(options)) {
    throw new TypeError(
      `${of} takes options, not ${inspect(options, { depth: 0 })}\n  → Give { ${known.join(', ')} }.`,
    );
  }
  const unknown = unknownKey(options, known);
  if (unknown !== undefined) throw new TypeError(`${of} has ${unknown}\n  → Its options: ${known.join(', ')}.`);
}

/** Whether something is an object as it is written down, and not the instance of a class. */
export function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Levenshtein's: how many letters must be added, taken away or changed. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const change = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
