import type { Transferable } from 'node:worker_threads';

const lists = new WeakMap<object, readonly Transferable[]>();

/**
 * Marks a value so that what is in `list` moves to the other thread instead of being copied; it cannot be used here any
 * more. For an argument of a call, and for what a method in the thread returns:
 *
 * ```ts
 * await thread.call('blur', transfer(pixels, [pixels.buffer]));
 * ```
 *
 * Without a list, the value itself moves: an `ArrayBuffer`, a `MessagePort`. Returns the value.
 */
export function transfer<T extends object>(
  value: T,
  list: readonly Transferable[] = [value as unknown as Transferable],
): T {
  lists.set(value, list);
  return value;
}

/** What is to move of some values. */
export function transferListOf(values: readonly unknown[]): Transferable[] {
  const moved = new Set<Transferable>();
  for (const value of values) {
    if (typeof value !== 'object' || value === null) continue;
    for (const item of lists.get(value) ?? []) moved.add(item);
  }
  return [...moved];
}
