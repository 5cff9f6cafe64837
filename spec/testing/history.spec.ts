import { describe, expect, it } from 'vitest';
import type { LifecycleEvent, LifecycleEventBody } from '../../lib/base/events.js';
import { recordHistory, type HistoryOptions } from '../../lib/testing/index.js';

const at = new Date('2026-01-01T00:00:00Z');
const boom = new TypeError('boom');

function recording(options?: HistoryOptions) {
  const listeners = new Set<(event: LifecycleEvent) => void>();
  const history = recordHistory(
    {
      on(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    options,
  );
  return {
    history,
    listeners,
    emit: (body: LifecycleEventBody & { count?: number }) => listeners.forEach((listener) => listener({ ...body, at })),
  };
}

describe('recordHistory', () => {
  it.each<[string, LifecycleEventBody & { count?: number }]>([
    ['container: idle→starting', { type: 'container', from: 'idle', to: 'starting' }],
    [
      'container: stopping→failed (TypeError: boom)',
      { type: 'container', from: 'stopping', to: 'failed', error: boom },
    ],
    [
      'Redis: starting→running',
      { type: 'service', id: 'Redis#2', name: 'Redis', from: 'starting', to: 'running', ms: 12.3 },
    ],
    [
      'Redis: stopping→crashed (TypeError: boom)',
      { type: 'service', id: 'Redis', name: 'Redis', from: 'stopping', to: 'crashed', error: boom },
    ],
    ['Cache.listen: begin', { type: 'task', service: 'Cache', name: 'listen', what: 'begin', run: 1 }],
    ['Cache.refresh: end', { type: 'timer', service: 'Cache', name: 'refresh', what: 'end', run: 7, ms: 3 }],
    ['Cache.refresh: skip', { type: 'timer', service: 'Cache', name: 'refresh', what: 'skip', count: 1 }],
    ['Cache.refresh: skip ×3', { type: 'timer', service: 'Cache', name: 'refresh', what: 'skip', count: 3 }],
    [
      'Cache.refresh: error (plain words)',
      { type: 'timer', service: 'Cache', name: 'refresh', what: 'error', error: 'plain words' },
    ],
    [
      'Redis: restart 2 (TypeError: boom)',
      { type: 'restart', service: 'Redis', attempt: 2, delayMs: 213.7, scope: 'dependents', error: boom },
    ],
    [
      'Redis: abandoned, waiting on onStop, task listen',
      { type: 'abandoned', service: 'Redis', waitingOn: ['onStop', 'task listen'] },
    ],
    ['warning: a listener threw (TypeError: boom)', { type: 'warning', message: 'a listener threw', error: boom }],
  ])('writes %s', (line, event) => {
    const { history, emit } = recording();
    emit(event);
    expect(history.list).toEqual([line]);
    expect(history.events).toEqual([{ ...event, at }]);
  });

  const events: LifecycleEventBody[] = [
    { type: 'container', from: 'idle', to: 'starting' },
    { type: 'service', id: 'Redis', name: 'Redis', from: 'idle', to: 'starting' },
    { type: 'warning', message: 'odd' },
  ];

  it('keeps only the types that are asked for', () => {
    const { history, emit } = recording({ types: ['service', 'warning'] });
    events.forEach(emit);
    expect(history.list).toEqual(['Redis: idle→starting', 'warning: odd']);
  });

  it('can forget, and stop', () => {
    const { history, emit, listeners } = recording();
    const { list } = history;
    events.forEach(emit);
    history.clear();
    expect([list, history.events]).toEqual([[], []]);
    events.slice(0, 1).forEach(emit);
    expect(list).toEqual(['container: idle→starting']);
    history.stop();
    expect(listeners.size).toBe(0);
  });
});
