import { RestartLimitError } from '../base/errors.js';
import type { Run } from '../lifecycle/run.js';
import { depthOf } from '../lifecycle/tree.js';
import { decide, describePolicy, noRestarts, restartEnded, type RestartHistory } from '../supervise/budget.js';
import { affected } from '../supervise/strategy.js';
import type { Place } from './place.js';
import type { Supervision } from './supervision.js';

/**
 * `calm`: nothing to do. `down`: whom a crash affects is on the way down. `waiting`: all of them are down, and the delay runs.
 * `starting`: they come back, one after another.
 */
type Phase = 'calm' | 'down' | 'waiting' | 'starting';

/**
 * Those that restart as one: a single service of a one-for-one supervisor, all services of the others. They have one budget.
 *
 * A crash while the others go down or the delay runs joins the restart that is under way: it costs nothing, and who crashed
 * goes down and comes back with the rest. A crash while they come back, a start that fails included, is the next one: it is
 * decided anew, and what had come back so far goes down again as far as the strategy says.
 */
export class Circle {
  #history: RestartHistory = noRestarts;
  /** The run of the supervisor that all of this is about. */
  #run: Run | undefined;
  #phase: Phase = 'calm';
  /** Who is to come back. */
  readonly #away = new Set<Place>();
  /** Counts the restarts, so that one that is overtaken by the next knows. */
  #epoch = 0;
  #endWait: (() => void) | undefined;

  constructor(private readonly supervision: Supervision) {}

  /** One of them crashed, or could not start again. */
  crashed(place: Place, error: unknown): void {
    const { places, strategy, policy, lifecycle } = this.supervision;
    this.#follow();
    for (const one of affected(strategy, places, [place]).restart) if (!one.resting) this.#away.add(one);
    if (this.#phase === 'waiting') void this.#bringDown(this.#epoch);
    if (this.#phase === 'down' || this.#phase === 'waiting') return;

    const now = lifecycle.env.clock.now();
    if (this.#phase === 'starting') this.#history = restartEnded(this.#history, now);
    const verdict = decide(policy, this.#history, now);
    this.#history = verdict.history;
    if (!verdict.restart) {
      const path = [...this.supervision.path, place.name];
      lifecycle.crash(
        new RestartLimitError(place.name, verdict.history.restarts.length, error, describePolicy(policy), path),
      );
      return;
    }
    const { attempt, delayMs } = verdict;
    if (lifecycle.env.listening) {
      const { id, name } = place.lifecycle;
      const depth = depthOf(place.lifecycle);
      lifecycle.env.emit({ type: 'restart', service: name, id, depth, attempt, delayMs, scope: strategy, error });
    }
    this.#epoch += 1;
    this.#phase = 'down';
    // it catches all that user code can throw
    void this.#restart(this.#epoch, delayMs, place.name);
  }

  /** One of them runs. */
  cameUp(place: Place): void {
    if (this.#isCurrent && this.#away.delete(place) && this.#away.size === 0) this.#ended();
  }

  /** One of them is not to come back, or not by us. */
  leave(place: Place): void {
    if (this.#isCurrent && this.#away.delete(place) && this.#away.size === 0) this.#ended();
  }

  /** Whether a restart that is under way will start whoever is in that place. */
  brings(place: Place): boolean {
    return this.#isCurrent && this.#away.has(place);
  }

  /** Forgets all crashes. */
  forget(): void {
    this.#history = noRestarts;
  }

  async #restart(epoch: number, delayMs: number, culprit: string): Promise<void> {
    await this.#bringDown(epoch);
    if (!this.#isValid(epoch)) return;
    this.#phase = 'waiting';
    await this.#delay(delayMs, culprit);
    // who has crashed meanwhile
    await this.#bringDown(epoch);
    if (!this.#isValid(epoch)) return;
    this.#phase = 'starting';
    for (let place = this.#first; place !== undefined; place = this.#first) {
      try {
        await this.#bringUp(place, epoch);
      } catch (error) {
        if (!this.#isValid(epoch)) return;
        if (!this.#away.has(place)) continue;
        this.crashed(place, error);
        return;
      }
      if (!this.#isValid(epoch)) return;
      this.#away.delete(place);
    }
  }

  /** One after another, last first. A crash may add to them while it lasts. */
  async #bringDown(epoch: number): Promise<void> {
    for (;;) {
      const place = this.#isValid(epoch) ? this.#lastActive : undefined;
      if (place === undefined) return;
      await this.supervision.bringDown(place.lifecycle);
    }
  }

  async #bringUp(place: Place, epoch: number): Promise<void> {
    const isDue = (): boolean => this.#isValid(epoch) && this.#away.has(place);
    if (place.leaving !== undefined) await place.leaving;
    if (!place.active) await this.supervision.renew(place, isDue);
    if (isDue()) await place.lifecycle.start();
  }

  /** Ends early when the supervisor stops, or when nobody is to come back any more. */
  async #delay(ms: number, culprit: string): Promise<void> {
    const { waits } = this.supervision.lifecycle;
    let end: (() => void) | undefined;
    await waits.until<'ended'>(`the restart of ${culprit}`, ms, (done) => {
      end = () => {
        done('ended');
      };
      this.#endWait = end;
      return undefined;
    });
    if (this.#endWait === end) this.#endWait = undefined;
  }

  /** All of them are back, or nobody is to come back. */
  #ended(): void {
    this.#history = restartEnded(this.#history, this.supervision.lifecycle.env.clock.now());
    this.#calm();
  }

  #calm(): void {
    this.#away.clear();
    this.#phase = 'calm';
    this.#epoch += 1;
    this.#endWait?.();
  }

  /** What happened in an earlier run of the supervisor is over and forgotten. */
  #follow(): void {
    if (this.#isCurrent) return;
    this.#run = this.supervision.lifecycle.run;
    this.#history = noRestarts;
    this.#calm();
  }

  get #isCurrent(): boolean {
    return this.#run !== undefined && this.#run === this.supervision.lifecycle.run;
  }

  #isValid(epoch: number): boolean {
    return epoch === this.#epoch && this.#isCurrent && this.#run?.ending === false;
  }

  get #first(): Place | undefined {
    return this.#inOrder[0];
  }

  get #lastActive(): Place | undefined {
    return [...this.#inOrder].reverse().find(({ active }) => active);
  }

  get #inOrder(): readonly Place[] {
    // most circles are of one, and need no look at everybody else
    if (this.#away.size <= 1) return [...this.#away];
    return this.supervision.places.filter((place) => this.#away.has(place));
  }
}
