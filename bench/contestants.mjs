/** Who takes part. The adapters are in `contestants/`; `limit` is plain code, the others are libraries. */
export const LIMIT = 'limit';
export const OURS = 'ours';
export const PEERS = ['nest', 'effect', 'inversify', 'awilix', 'tsyringe'];

/** The contestants that an `--only`-like choice leaves; the limit always runs. */
export function entrants(chosen) {
  const all = [LIMIT, OURS, ...PEERS];
  return chosen === undefined ? all : all.filter((name) => name === LIMIT || chosen.includes(name));
}
