/** Who is affected by a crash, and how. Pure: lists in, lists out. */

/**
 * What a supervisor does about a crash. The names are those of mode's supervisors; the first three are OTP's `one_for_one`,
 * `one_for_all` and `rest_for_one`.
 */
export type Strategy =
  /** Restart what crashed. */
  | 'one-for-one'
  /** Restart everybody. */
  | 'one-for-all'
  /** Restart what crashed and everybody after it. */
  | 'rest-for-one'
  /** Give up on what crashed. */
  | 'forfeit-one'
  /** Give up on everybody. */
  | 'forfeit-all'
  /** Leave it to whoever supervises the supervisor. */
  | 'crash';

/** What to do about a crash. */
export interface Affected<T> {
  /** To stop, in this order: the reverse of the list. What crashed is in it, since it may still be on its way down. */
  stop: T[];
  /** To start again once all of `stop` is down, in this order: that of the list. */
  restart: T[];
  /** No longer supervised, in the order of the list. All of it is in `stop`. */
  discard: T[];
  /** Whether the supervisor itself is to crash. */
  escalate: boolean;
}

/**
 * What a strategy makes of a crash.
 *
 * @param services whom the supervisor looks after, in their order
 * @param crashed who crashed; several when they crashed at the same time. Who is not in the list is not the supervisor's
 *   business (any more), and ignored.
 */
export function affected<T>(strategy: Strategy, services: readonly T[], crashed: Iterable<T>): Affected<T> {
  const culprits = new Set(crashed);
  const first = services.findIndex((service) => culprits.has(service));
  if (first === -1) return { stop: [], restart: [], discard: [], escalate: false };
  const down = reach(strategy, services, culprits, first);
  const stop = [...down].reverse();
  switch (strategy) {
    case 'one-for-one':
    case 'one-for-all':
    case 'rest-for-one':
      return { stop, restart: down, discard: [], escalate: false };
    case 'forfeit-one':
    case 'forfeit-all':
      return { stop, restart: [], discard: down, escalate: false };
    case 'crash':
      // its own way down stops everybody
      return { stop: [], restart: [], discard: [], escalate: true };
  }
}

/** Who goes down with those who crashed, in the order of the list. */
function reach<T>(strategy: Strategy, services: readonly T[], culprits: ReadonlySet<T>, first: number): T[] {
  switch (strategy) {
    case 'one-for-one':
    case 'forfeit-one':
      return services.filter((service) => culprits.has(service));
    case 'rest-for-one':
      return services.slice(first);
    case 'one-for-all':
    case 'forfeit-all':
      return [...services];
    case 'crash':
      return [];
  }
}
