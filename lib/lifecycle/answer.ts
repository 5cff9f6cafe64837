import type { Phase, Run } from './run.js';

/**
 * Hears how the asynchronous steps of a run went. When a step is given up, the next one gets an answer of its own, and what
 * comes here is known to be late.
 */
export class Answer {
  /** Nobody waits any longer for the step of this phase. */
  givenUp: Phase | undefined;
  // bound, since that takes less room than closures do
  readonly passed: () => void = passed.bind(this);
  readonly failed: (error: unknown) => void = failed.bind(this);

  constructor(readonly run: Run) {}
}

function passed(this: Answer): void {
  const { run, givenUp } = this;
  if (givenUp === undefined) run.lifecycle.passed(run);
  else run.lifecycle.passedLate(run, givenUp);
}

function failed(this: Answer, error: unknown): void {
  const { run, givenUp } = this;
  if (givenUp === undefined) run.lifecycle.failed(run, error);
  else run.lifecycle.failedLate(error);
}
