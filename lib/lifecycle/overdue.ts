/** What becomes of a run that does not get on in time, and of errors that come too late. */
import { isEcho } from '../base/async.js';
import { describeError } from '../base/errors.js';
import type { Lifecycle } from './lifecycle.js';
import { abandoned, startTimedOut, stopTimedOut } from './mishaps.js';
import * as Phase from './phase.js';
import type { Run } from './run.js';
import { tellAbandoned, warn } from './telling.js';
import { hookAt, waitingOn } from './waiting-on.js';
import { giveUp } from './walk.js';

/** After a start timed out, its hook has this long to notice the aborted signal. Milliseconds. */
const ABORT_GRACE = 1_000;

/** The deadline of a run has come. */
export function expire(lifecycle: Lifecycle, run: Run): void {
  if (!run.ending) {
    lifecycle.crash(startTimedOut(lifecycle, waitingOn(lifecycle, run)), false);
    run.allow(Math.min(ABORT_GRACE, lifecycle.definition.stopTimeout ?? ABORT_GRACE));
    lifecycle.env.deadlines.watch(run);
  } else if (run.phase < Phase.Stop) {
    // the hook of the start did not notice in time that nobody waits for it any more
    const waiting = waitingOn(lifecycle, run);
    run.abandoned = waiting;
    tellAbandoned(lifecycle, waiting);
    run.failure ??= { error: stopTimedOut(lifecycle, waiting, true) };
    run.allow(lifecycle.definition.stopTimeout);
    giveUp(run);
  } else {
    abandon(lifecycle, run, true);
  }
}

/** Gives up waiting: what is left of the way down is done, but not waited for. */
export function abandon(lifecycle: Lifecycle, run: Run, timedOut: boolean): void {
  const waiting = waitingOn(lifecycle, run);
  const ownCode = run.phase === Phase.Tasks || hookAt(lifecycle, run) !== undefined;
  const error = timedOut ? stopTimedOut(lifecycle, waiting, ownCode) : abandoned(lifecycle, waiting, ownCode);
  run.forced = true;
  lifecycle.env.deadlines.forget(run);
  run.grace?.abort(error);
  run.abandoned = waiting;
  tellAbandoned(lifecycle, waiting);
  run.failure ??= { error };
  if (run.phase === Phase.ChildrenDown) lifecycle.family?.abandon();
  else if (run.phase === Phase.Release || run.phase === Phase.LastRelease) void run.closeScope();
  if (run.busy) giveUp(run);
  else lifecycle.descend();
}

/** An error that comes too late to change the course is kept, or told. */
export function record(lifecycle: Lifecycle, error: unknown): void {
  const { run, state } = lifecycle;
  if (run !== undefined && isEcho(error, run.reason)) return;
  if (state === 'stopping' && run !== undefined) run.addError(error);
  else warn(lifecycle, `failed while it was ${state}: ${describeError(error)}`, error);
}
