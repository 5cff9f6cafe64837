import type { ServiceIdentifier } from 'inversify';
import { NearestNames } from '../base/nearest.js';
import { tokenName } from './problems.js';

/** How many names are worth offering, and how many are looked for: some of them may be what is missing, under another name. */
const OFFERED = 3;
const FOUND = 8;

/** What can be asked for by name, made once for all that is missing in a plan. */
export class Names {
  readonly #nearest: NearestNames;
  readonly #found = new Map<string, string[]>();
  readonly #tokens = new Map<string, ServiceIdentifier[]>();

  /** `bound` are the identifiers that something is bound to, the nearest container first, and `others` the names of what nobody bound. */
  constructor(bound: readonly ServiceIdentifier[], others: readonly string[]) {
    for (const token of bound) {
      const name = tokenName(token);
      const tokens = this.#tokens.get(name);
      if (tokens === undefined) this.#tokens.set(name, [token]);
      else tokens.push(token);
    }
    this.#nearest = new NearestNames([...this.#tokens.keys(), ...others]);
  }

  /** Another token of the same name that something is bound to. */
  twin(token: ServiceIdentifier): ServiceIdentifier | undefined {
    return this.#tokens.get(tokenName(token))?.find((one) => one !== token);
  }

  /** The nearest names, without some of them. */
  nearest(name: string, except: ReadonlySet<string>): string[] {
    let found = this.#found.get(name);
    if (found === undefined) this.#found.set(name, (found = this.#nearest.to(name, FOUND)));
    return found.filter((one) => !except.has(one)).slice(0, OFFERED);
  }
}
