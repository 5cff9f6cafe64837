/** Gives each of many things a name that no other has: its own, or `Name#2` and so on where that is taken. */
export class UniqueNames {
  readonly #taken = new Set<string>();
  /** The number to try next for a name that is taken. */
  readonly #next = new Map<string, number>();

  /** @param isTaken what is taken from the beginning. Default: nothing */
  constructor(private readonly isTaken: (name: string) => boolean = () => false) {}

  /** A name that nothing has yet. */
  take(name: string): string {
    let id = name;
    while (this.#taken.has(id) || this.isTaken(id)) {
      const number = this.#next.get(name) ?? 2;
      this.#next.set(name, number + 1);
      id = `${name}#${String(number)}`;
    }
    this.#taken.add(id);
    return id;
  }
}

/**
 * Names for the nodes of a graph. graphlib keeps them in plain objects, where a node called `constructor` seems to be there already,
 * and one called `__proto__` would change every object of the program.
 */
export function nodeNames(): UniqueNames {
  return new UniqueNames((name) => name in Object.prototype);
}
