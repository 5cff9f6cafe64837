import { describe, expect, it } from 'vitest';
import { BootError, PlanError } from '../../lib/base/errors.js';
import { UsageError } from '../../lib/worker/errors.js';
import { exitCode } from '../../lib/worker/outcome.js';

const crash = new Error('boom');

describe('the exit code', () => {
  it.each([
    ['0 when nothing went wrong', { failures: [] }, 0],
    ['what was asked for', { failures: [], code: 3 }, 3],
    ['1 after a crash, whatever was asked for', { failures: [crash], code: 3 }, 1],
    ['1 when a service could not be started', { failures: [new BootError('App', ['App'], crash)] }, 1],
    ['2 for a bad plan', { failures: [new PlanError([])] }, 2],
    ['2 for bad usage', { failures: [new UsageError('a', 'b')] }, 2],
    ['1 when a bad plan came second', { failures: [crash, new PlanError([])] }, 1],
    ['130 when SIGINT forced it', { failures: [], forcedBy: 'SIGINT' as const }, 130],
    ['143 when SIGTERM forced it, whatever else happened', { failures: [crash], forcedBy: 'SIGTERM' as const }, 143],
  ])('is %s', (_, outcome, code) => {
    expect(exitCode(outcome)).toBe(code);
  });
});
