/**
 * Who takes part. The adapters are in `contestants/`; `limit` is plain code, the others are libraries. Each gives a program of four
 * steps: `declare` (what stands above the classes), `register` (what is said to the container), `start` and `stop`.
 */
export const LIMIT = 'limit';
/** A root is booted by its class, and nothing is bound. */
export const OURS = 'ours';
/** Every class is bound, then all of it is booted. */
export const OURS_BOUND = 'ours-bound';
/** The same two where every class extends `Service`; the others have no base class, and are compared with {@link OURS}. */
export const OURS_BASE = 'ours-base';
export const OURS_BASE_BOUND = 'ours-base-bound';
/** Those who can go without registration. */
export const UNBOUND_PEERS = ['inversify-unbound', 'tsyringe-unbound'];
export const BOUND_PEERS = ['nest', 'effect', 'inversify', 'awilix', 'tsyringe'];
export const PEERS = [...UNBOUND_PEERS, ...BOUND_PEERS];

/** The contestants that `--contestants` leaves; the limit always runs. */
export function entrants(chosen) {
  const all = [LIMIT, OURS, OURS_BASE, ...UNBOUND_PEERS, OURS_BOUND, OURS_BASE_BOUND, ...BOUND_PEERS];
  return chosen === undefined ? all : all.filter((name) => name === LIMIT || chosen.includes(name));
}
