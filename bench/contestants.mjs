/** Who takes part. The adapters are in `contestants/`; `limit` is plain code, the others are libraries. */
export const LIMIT = 'limit';
export const OURS = 'ours';
/** Ours where every class extends `Service`; the others have no base class, and are compared with {@link OURS}. */
export const OURS_BASE = 'ours-base';
export const PEERS = ['nest', 'effect', 'inversify', 'awilix', 'tsyringe'];

/** The contestants that `--contestants` leaves; the limit always runs. */
export function entrants(chosen) {
  const all = [LIMIT, OURS, OURS_BASE, ...PEERS];
  return chosen === undefined ? all : all.filter((name) => name === LIMIT || chosen.includes(name));
}
