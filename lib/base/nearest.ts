import { inWords } from './words.js';

/** How many names are worth offering. */
const MOST = 3;

/** No name of this length was mistyped. */
const LONGEST = 120;

/** How many pairs of letters are compared at most, so that no search takes long: about a quarter of a second. */
const WORK = 30_000_000;

/** The names that look most like `wanted`, nearest first; none that has little to do with it. */
export function nearest(wanted: string, names: Iterable<string>): string[] {
  return new NearestNames(names).to(wanted);
}

/** For whoever looks for the nearest of some names more than once. All of it together takes so long and no longer: then nothing is near. */
export class NearestNames {
  readonly #names: { readonly name: string; readonly letters: string }[];
  #left = WORK;

  constructor(names: Iterable<string>) {
    this.#names = Array.from(new Set(names), (name) => ({ name, letters: name.toLowerCase() }));
  }

  /** The names that look most like `wanted`, nearest first; none that has little to do with it. */
  to(wanted: string, most = MOST): string[] {
    const letters = wanted.toLowerCase();
    return this.#names
      .map((one) => ({ name: one.name, distance: this.#distance(letters, one.letters) }))
      .filter(({ distance }) => distance !== Infinity)
      .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
      .slice(0, most)
      .map(({ name }) => name);
  }

  /** How many letters must be added, taken away or changed; no end, where one has little to do with the other. */
  #distance(a: string, b: string): number {
    if (a === b) return 0;
    const shorter = Math.min(a.length, b.length);
    // more than half of the letters are the same: a short name has little to do with any other
    const most = Math.ceil(shorter / 2) - 1;
    if (shorter > LONGEST || Math.abs(a.length - b.length) > most || this.#left <= 0) return Infinity;
    return this.#levenshtein(a, b, most);
  }

  /** Levenshtein's, given up as soon as it is more than `most`. */
  #levenshtein(a: string, b: string, most: number): number {
    let row = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (let i = 0; i < a.length; i += 1) {
      this.#left -= b.length;
      const next = [i + 1];
      for (let j = 0; j < b.length; j += 1) {
        const change = (row[j] ?? 0) + (a.charCodeAt(i) === b.charCodeAt(j) ? 0 : 1);
        next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
      }
      if (Math.min(...next) > most) return Infinity;
      row = next;
    }
    const distance = row[b.length] ?? 0;
    return distance > most ? Infinity : distance;
  }
}

/** What is wrong with the keys of some options, if anything is: the first that nobody reads, and the nearest that somebody does. */
export function unknownKey(options: object, known: readonly string[]): string | undefined {
  for (const key of Object.keys(options)) {
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
      `${of} takes options, not ${inWords(options, { depth: 0 })}\n  → Give { ${known.join(', ')} }.`,
    );
  }
  const unknown = unknownKey(options, known);
  if (unknown !== undefined) throw new TypeError(`${of} has ${unknown}\n  → Its options: ${known.join(', ')}.`);
}

/** Whether something is an object as it is written down, and not the instance of a class. */
export function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // that of another realm has no prototype either
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
