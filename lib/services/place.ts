import { again } from '../lifecycle/again.js';
import type { Owner } from '../lifecycle/hooks.js';
import { LIFECYCLE, type Lifecycle } from '../lifecycle/lifecycle.js';
import type { Service } from '../service.js';
import type { Circle } from './circle.js';
import { stopping } from './stopping.js';
import type { Supervision } from './supervision.js';

/**
 * A place in a supervisor's list, and how the supervisor answers for whoever stands there. A replacement takes over the place
 * with all that is remembered about it.
 */
export class Place implements Owner {
  /** Stopped by hand: it stays down until somebody starts it, by hand or with its supervisor. */
  resting = false;
  /** Nobody stands here any more. */
  gone = false;
  /** Settles, never rejecting, when who stood here before is down. */
  leaving: Promise<void> | undefined;
  #circle: Circle | undefined;

  constructor(
    private readonly supervision: Supervision,
    public service: Service,
  ) {}

  /** Whom it restarts with. Made by the first crash, since most services never do. */
  get circle(): Circle | undefined {
    return this.#circle ?? this.supervision.shared;
  }

  get lifecycle(): Lifecycle {
    return this.service[LIFECYCLE];
  }

  get name(): string {
    return this.lifecycle.name;
  }

  /** Whether there is something to stop. */
  get active(): boolean {
    const { state } = this.lifecycle;
    return state === 'starting' || state === 'running' || state === 'stopping';
  }

  crashed(lifecycle: Lifecycle, error: unknown): void {
    if (this.gone) lifecycle.descend();
    else this.supervision.crashed(this, error);
  }

  /** Restarts it, and whoever restarts with it. */
  restartAfter(error: unknown): void {
    this.#circle ??= this.supervision.newCircle();
    this.#circle.crashed(this, error);
  }

  cameUp(): void {
    this.resting = false;
    this.circle?.cameUp(this);
  }

  /** Somebody new stands here, about whom the crashes of the one before say nothing. */
  forget(): void {
    if (this.#circle !== this.supervision.shared) this.#circle?.forget();
  }

  startOwned(): Promise<void> {
    const { lifecycle } = this.supervision;
    if (lifecycle.state === 'stopping') return Promise.reject(stopping(lifecycle.name, this.name));
    this.resting = false;
    return this.lifecycle.start();
  }

  stopOwned(): Promise<void> {
    this.#rest();
    return this.lifecycle.stop();
  }

  restartOwned(): Promise<void> {
    this.#rest();
    return again(this.lifecycle, () => this.startOwned());
  }

  #rest(): void {
    this.resting = true;
    this.circle?.leave(this);
  }
}
