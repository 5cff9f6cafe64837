/** A place in a `Fifo`. */
export interface Place<T> {
  /** What stands there. */
  readonly value: T;
  /** The neighbours, for the `Fifo` alone. */
  previous: Place<T> | undefined;
  next: Place<T> | undefined;
  /** False once it has left. */
  waiting: boolean;
}

/**
 * First in, first out, and anybody may leave from the middle: a doubly linked list. All of it in constant time, which an array (`shift` moves
 * the rest) and a `Set` (whose first entry is found past all the deleted ones) are not.
 */
export class Fifo<T> {
  #first: Place<T> | undefined;
  #last: Place<T> | undefined;
  #size = 0;

  /** How many are in it. */
  get size(): number {
    return this.#size;
  }

  /** The one that leaves next. */
  get first(): T | undefined {
    return this.#first?.value;
  }

  /** Adds one at the end. Its place is what `remove` takes. */
  push(value: T): Place<T> {
    const place: Place<T> = { value, previous: this.#last, next: undefined, waiting: true };
    if (this.#last === undefined) this.#first = place;
    else this.#last.next = place;
    this.#last = place;
    this.#size += 1;
    return place;
  }

  /** Takes out the first. `undefined` when there is none. */
  shift(): T | undefined {
    const place = this.#first;
    if (place === undefined) return undefined;
    this.remove(place);
    return place.value;
  }

  /** Takes out a place of this list; nothing happens when it has left already. */
  remove(place: Place<T>): void {
    if (!place.waiting) return;
    place.waiting = false;
    if (place.previous === undefined) this.#first = place.next;
    else place.previous.next = place.next;
    if (place.next === undefined) this.#last = place.previous;
    else place.next.previous = place.previous;
    this.#size -= 1;
  }

  /** Takes out all of them. */
  clear(): void {
    while (this.#first !== undefined) this.remove(this.#first);
  }
}
