import { InversifyCoreErrorKind } from '@inversifyjs/core';
import type { ServiceIdentifier } from 'inversify';
import { PlanError, type PlanProblem } from '../base/errors.js';
import { howOptional } from './context.js';
import type { MetadataGap, Request } from './dependencies.js';
import type { Names } from './names.js';
import type { Node } from './node.js';
import * as problems from './problems.js';
import type { Resolver } from './resolver.js';

/** So many names are written into the paths of problems, before each has only so many at each end. */
const WRITTEN = 100_000;
const END = 10;

/** What `InversifyCoreError.is()` looks for. A test holds the two together. */
const INVERSIFY = Symbol.for('@inversifyjs/core/InversifyCoreError');

/** Everything that one planning finds to be wrong. What it takes grows with what is wrong, and no faster. */
export class Findings {
  readonly #found: (PlanProblem | ((names: Names) => PlanProblem))[] = [];
  /** How many names stand in the paths. */
  #written = 0;
  /** Whether there is a cycle. */
  circular = false;

  constructor(
    private readonly resolver: Resolver,
    /** From the root to what is being looked at. */
    private readonly way: readonly Node[],
  ) {}

  /** The names from the root to what is being looked at. */
  get path(): string[] {
    return this.#named(this.way);
  }

  add(problem: PlanProblem): void {
    this.#found.push(problem);
  }

  cycle(path: readonly Node[]): void {
    this.circular = true;
    this.add(problems.cycle(this.#named(path), this.path));
  }

  gap(node: Node, place: string, gap: MetadataGap): void {
    this.add(problems.metadata(node.name, place, gap, this.path));
  }

  missing(request: Request, from: Node | undefined): void {
    const { resolver } = this;
    const way = resolver.redirections(request.token);
    const token = way.at(-1) as ServiceIdentifier;
    const path = [...this.path, ...way.map(problems.tokenName)];
    const optional = from === undefined ? '' : howOptional(request.token, from);
    if (resolver.isBound(token)) {
      this.add(problems.unfit({ ...request, token }, resolver.candidates(token), path, optional));
      return;
    }
    // told at the end, when all there is has been met
    this.#found.push((names) => {
      const twin = names.twin(token);
      // the one that asks would be a cycle
      const except = new Set([...way.map(problems.tokenName), ...(from === undefined ? [] : [from.name])]);
      const suggestions = twin === undefined ? names.nearest(problems.tokenName(token), except) : [];
      return problems.missing({ token, path, suggestions, optional, twin });
    });
  }

  /**
   * Throws what was found, if anything was; `isGet` if it is for `get()`, whose errors are inversify's as well.
   *
   * @throws PlanError
   */
  refuse(isGet: boolean): void {
    if (this.#found.length === 0) return;
    const names = this.resolver.names();
    const told = this.#found.map((one) => (typeof one === 'function' ? one(names) : one));
    if (!isGet) throw new PlanError(told);
    const error = new PlanError(told, 'Nothing was made. Correct this first.');
    throw Object.assign(error, { [INVERSIFY]: true, kind: InversifyCoreErrorKind.planning });
  }

  /** The names along a way. Where there are very many long ones, only their ends. */
  #named(way: readonly Node[]): string[] {
    this.#written += way.length;
    if (this.#written <= WRITTEN || way.length <= 2 * END) return way.map(nameOf);
    return [...way.slice(0, END).map(nameOf), '…', ...way.slice(-END).map(nameOf)];
  }
}

function nameOf({ name }: { name: string }): string {
  return name;
}
