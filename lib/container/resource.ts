/** Values that are managed, but are no instances of a service class: pools, clients, servers. */
import type { ServiceIdentifier } from 'inversify';
import { isThenable } from '../base/async.js';
import { Definition } from '../declare/definition.js';
import * as Hook from '../declare/hook.js';
import type { Hooks } from '../lifecycle/hooks.js';
import type { Lifecycle } from '../lifecycle/lifecycle.js';
import * as Phase from '../lifecycle/phase.js';
import type { Resource } from '../plan/node.js';
import { tokenName } from '../plan/problems.js';
import { fill, type Ask } from './construct.js';
import { Latch } from './latch.js';
import type { ResourceOptions } from './options.js';
import type { Unit } from './unit.js';

/** A resource, as it was described. */
export function resourceOf(token: ServiceIdentifier, options: ResourceOptions<unknown>): Resource {
  const { name = tokenName(token), inject = [], start, stop, watch, ...rest } = options;
  const definition = new Definition(name, rest, undefined, false, Hook.onStart | Hook.onStop);
  return { name, inject, start: start as Resource['start'], stop, watch, definition, token };
}

/** The hooks of a resource. */
export class ResourceTarget implements Hooks {
  /** Whether it is to be watched once it is up. */
  #isWatching = false;
  #starts = 0;
  #current: { value: unknown } | undefined;
  /** Made by starts that had been given up, while there was another. */
  readonly #late: unknown[] = [];

  constructor(
    private readonly unit: Unit,
    private readonly resource: Resource,
    private readonly ask: () => Ask,
    private readonly made: (value: unknown) => void,
  ) {}

  onStart(signal: AbortSignal): unknown {
    const start = (this.#starts += 1);
    const keep = (value: unknown): void => {
      if (start !== this.#starts) {
        this.#late.push(value);
        return;
      }
      this.#current = { value };
      this.made(value);
    };
    if (this.resource.watch !== undefined && !this.#isWatching) {
      this.#isWatching = true;
      void new Latch([this.unit], 'run', () => {
        this.#isWatching = false;
        this.#watch(this.unit.lifecycle as Lifecycle);
      });
    }
    const value = this.resource.start(...fill(this.unit.parameters, this.ask()), signal);
    // what only looks like a promise need not give one back
    if (isThenable(value)) return Promise.resolve(value).then(keep);
    keep(value);
    return undefined;
  }

  onStop(signal: AbortSignal): unknown {
    const value = this.#current === undefined ? this.#late.shift() : this.#current.value;
    this.#current = undefined;
    return this.resource.stop?.(value, signal);
  }

  /** Has its crashes reported, as long as this run is not over. */
  #watch(lifecycle: Lifecycle): void {
    const { run } = lifecycle;
    const crash = (error: unknown): void => {
      if (lifecycle.run === run && run?.phase !== Phase.Down) lifecycle.crash(error);
    };
    try {
      const watching = this.resource.watch?.(this.#current?.value, crash);
      if (isThenable(watching)) watching.then(undefined, crash);
    } catch (error) {
      crash(error);
    }
  }
}
