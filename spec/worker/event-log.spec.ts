import { describe, expect, it } from 'vitest';
import type { LifecycleEventBody } from '../../lib/base/events.js';
import { EventLog } from '../../lib/worker/event-log.js';
import { Explainer } from '../../lib/worker/explain.js';
import { LEVELS, type WorkerLogLevel } from '../../lib/worker/levels.js';
import type { WorkerLog } from '../../lib/worker/logging.js';

/** What the log says about some events, with its level. */
function told(events: readonly LifecycleEventBody[], level: WorkerLogLevel = 'debug'): string[] {
  const lines: string[] = [];
  const enabled = (one: WorkerLogLevel): boolean => LEVELS.indexOf(one) <= LEVELS.indexOf(level);
  const at = (one: WorkerLogLevel) => (message: string) => {
    if (enabled(one)) lines.push(`${one} ${message.split('\n')[0] ?? ''}`);
  };
  const log: WorkerLog = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    crit: at('crit'),
    enabled,
    close: () => Promise.resolve(),
  };
  const eventLog = new EventLog(log, new Explainer());
  for (const event of events) eventLog.write({ ...event, at: new Date() });
  return lines;
}

const cache = { type: 'service', id: 'Cache', name: 'Cache', depth: 2 } as const;
const starting: LifecycleEventBody = { ...cache, from: 'idle', to: 'starting' };
const boom = new RangeError('boom');

describe('the log of events', () => {
  it("tells a service's life in mode's words", () => {
    expect(
      told([
        starting,
        { ...cache, from: 'starting', to: 'running' },
        { ...cache, from: 'running', to: 'stopping' },
        { ...cache, from: 'stopping', to: 'stopped' },
      ]),
    ).toEqual([
      'info [^--Cache]: Starting...',
      'debug [^--Cache]: Started.',
      'info [^--Cache]: Stopping...',
      'info [^--Cache]: -Stopped!',
    ]);
  });

  it('says at the level of the service what is mundane, and a crash as an error', () => {
    expect(
      told([
        { ...cache, from: 'idle', to: 'starting', level: 'debug' },
        { ...cache, from: 'stopping', to: 'crashed', level: 'debug', error: boom },
      ]),
    ).toEqual(['debug [^--Cache]: Starting...', 'error [^--Cache]: Crashed: RangeError: boom']);
  });

  it('names the service of a task by its place in the tree', () => {
    const timer = { type: 'timer', service: 'Cache', name: 'expire' } as const;
    expect(
      told([
        starting,
        { ...timer, what: 'skip' },
        { ...timer, what: 'begin', run: 3 },
        { ...timer, what: 'end', run: 3 },
        { ...timer, what: 'error', run: 3, error: boom },
      ]).slice(1),
    ).toEqual([
      'debug [^--Cache]: expire skipped: its last run goes on',
      'debug [^--Cache]: expire begins (timer run 3)',
      'debug [^--Cache]: expire ends (timer run 3)',
      'error [^--Cache]: expire failed: RangeError: boom',
    ]);
  });

  it('tells of restarts, of what was abandoned, and of warnings', () => {
    expect(
      told(
        [
          starting,
          { type: 'restart', service: 'Cache', attempt: 2, delayMs: 200, scope: 'dependents', error: boom },
          { type: 'abandoned', service: 'Cache', waitingOn: ['onStop', 'expire'] },
          { type: 'warning', message: 'A listener of container.on() threw', error: boom },
        ],
        'warn',
      ),
    ).toEqual([
      'warn [^--Cache]: Restarting in 200ms (attempt 2): RangeError: boom',
      'error [^--Cache]: Abandoned, waiting on onStop, expire',
      'warn [^Worker]: A listener of container.on() threw',
    ]);
  });

  it('says where an error happened once only', () => {
    const explainer = new Explainer();
    expect(explainer.explain(boom)).toMatch(/\n {4}at /);
    expect(explainer.explain(boom, { what: 'Cache crashed' })).toBe('Cache crashed: RangeError: boom');
  });
});
