/** The walk of a run through its phases: from step to step, without promises where nothing is asynchronous. */
import { isEcho, isThenable } from '../base/async.js';
import { keepTime } from '../base/clock.js';
import * as Hook from '../declare/hook.js';
import { isTracing } from '../run/tracing.js';
import type { Lifecycle } from './lifecycle.js';
import * as Phase from './phase.js';
import { bit, TAKEN_AGAIN, type Hearer, type Run } from './run.js';
import { stepDown, stepUp, traceStep } from './steps.js';
import { warn } from './telling.js';
import { hookAt } from './waiting-on.js';

/** Walks on until a step is asynchronous, or the run rests. */
export function proceed(hearer: Hearer): void {
  walk.call(hearer);
}

// One function, which also hears that a step is over: what is small and often called is soon compiled with all that it calls, and
// that takes as long as a whole boot of a thousand services.
function walk(this: Hearer): void {
  const { run, givenUp } = this;
  const { lifecycle } = run;
  if (givenUp !== undefined) {
    run.settledLate(this);
    if (givenUp === Phase.Start) startedLate(lifecycle, run);
    return;
  }
  if (run.busy && !isTakenAgain(run)) pass(lifecycle, run);
  while (run.phase !== Phase.Up && run.phase !== Phase.Down) {
    run.busy = true;
    const before = keepTime(lifecycle.env);
    try {
      const step = isTracing() ? traceStep : run.phase < Phase.Up ? stepUp : stepDown;
      const pending = step(lifecycle, run);
      keepTime(before);
      if (isThenable(pending)) {
        // what only looks like a promise may call back more than once
        const promise = Promise.resolve(pending);
        if (!run.forced) {
          lifecycle.env.deadlines.watch(run);
          const { hearer } = run;
          promise.then((hearer.passed ??= walk.bind(hearer)), (hearer.failed ??= hearFailed.bind(hearer)));
          return;
        }
        disregard(lifecycle, run, promise);
      }
    } catch (error) {
      keepTime(before);
      run.busy = false;
      fail(lifecycle, run, error);
      continue;
    }
    pass(lifecycle, run);
  }
  if (run.phase === Phase.Up) lifecycle.up(run);
  else lifecycle.bottom(run);
}

/** What it waited for may have left more to wait for: it is over when there is nothing. */
function isTakenAgain({ phase, ending }: Run): boolean {
  return (TAKEN_AGAIN & bit(phase)) !== 0 && (phase >= Phase.Stop || !ending);
}

/** Leaves the step that is under way to itself and goes on with the next one. */
export function giveUp(run: Run): void {
  const { hearer } = run;
  hearer.givenUp = run.phase;
  run.leave(hearer, leftAt(run));
  run.busy = false;
  run.phase = run.after(run.phase < Phase.Stop ? Phase.Up : run.phase);
  walk.call(run.hearer);
}

function hearFailed(this: Hearer, error: unknown): void {
  const { run, givenUp } = this;
  const { lifecycle } = run;
  if (givenUp !== undefined) {
    run.settledLate(this);
    failedLate(lifecycle, error);
    return;
  }
  run.busy = false;
  fail(lifecycle, run, error);
  walk.call(this);
}

/** A step went well. */
function pass(lifecycle: Lifecycle, run: Run): void {
  const { phase } = run;
  run.busy = false;
  // without an `onStart` there is nothing that could fail to succeed
  if (phase === Phase.Start || (phase === Phase.First && !run.ending && (lifecycle.hooks & Hook.onStart) === 0)) {
    run.started = true;
  }
  run.phase = run.after(run.ending && phase < Phase.Stop ? Phase.Up : phase);
}

/** A step threw. */
function fail(lifecycle: Lifecycle, run: Run, error: unknown): void {
  if (run.phase >= Phase.Stop) {
    run.addError(error);
    run.phase = run.after(run.phase);
    return;
  }
  if (!run.ending) {
    lifecycle.startFailed(run, error);
    return;
  }
  if (!isEcho(error, run.reason)) run.addError(error);
  run.phase = run.after(Phase.Up);
}

/** An `onStart` that was given up has succeeded after all: what it acquired must not be lost. */
function startedLate(lifecycle: Lifecycle, run: Run): void {
  if (!run.owesStop()) return;
  const stop = async (): Promise<void> => {
    try {
      await lifecycle.target.onStop?.(AbortSignal.abort(run.reason));
    } catch (error) {
      warn(lifecycle, 'failed to stop after a start that came too late', error);
    }
  };
  // where it runs again, that must not be stopped under those who use it
  const { run: now } = lifecycle;
  if (now !== run && now !== undefined && now.phase < Phase.Down) now.scope.add(stop);
  else void stop();
}

// of its own, as closures take room when the function around them is called
function disregard(lifecycle: Lifecycle, run: Run, promise: Promise<unknown>): void {
  run.leave(promise, leftAt(run));
  promise.then(
    () => {
      run.settledLate(promise);
    },
    (error: unknown) => {
      run.settledLate(promise);
      failedLate(lifecycle, error);
    },
  );
}

/** The hook that it is at. Releases are known to whoever keeps them. */
function leftAt(run: Run): string | undefined {
  const { phase, lifecycle } = run;
  return phase === Phase.Release || phase === Phase.LastRelease ? undefined : hookAt(lifecycle, run);
}

function failedLate(lifecycle: Lifecycle, error: unknown): void {
  warn(lifecycle, 'failed after it was abandoned', error);
}
