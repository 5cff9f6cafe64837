import type { WorkDefinition } from '../declare/definition.js';
import { CrontabSchedule } from './crontab.js';
import type { TaskHost } from './host.js';
import type { Schedule } from './schedule.js';
import { TaskRun } from './task.js';
import { TimerSchedule } from './timer.js';

/** Something that runs in the background of a service's run: one of its tasks, timers or crontabs. */
export interface Background {
  /** For people: `task listen`. */
  readonly label: string;
  /** Settles, never rejecting, when what is under way is over; `undefined` when nothing is. */
  readonly pending: Promise<void> | undefined;
  readonly schedule?: Schedule;
  readonly name: string;
  /** What it calls. */
  readonly call: (signal: AbortSignal) => unknown;
  start(): void;
  /** Begins nothing any more. */
  stop(): void;
}

/** A declared task, timer or crontab of an instance. */
export function backgroundOf(host: TaskHost, work: WorkDefinition, target: object): Background {
  // looked up at each call, so that what a test replaced is what runs
  const methods = target as Record<PropertyKey, (signal?: AbortSignal) => unknown>;
  const call =
    work.kind === 'task'
      ? (signal: AbortSignal): unknown => methods[work.key]?.(signal)
      : (): unknown => methods[work.key]?.();
  switch (work.kind) {
    case 'task':
      return ofTask(new TaskRun(host, work, call), call);
    case 'timer':
      return ofSchedule(work.kind, new TimerSchedule(host, work, call), call);
    case 'crontab':
      return ofSchedule(work.kind, new CrontabSchedule(host, work, call), call);
  }
}

/** A task that was added by hand. */
export function backgroundTask(host: TaskHost, name: string, call: (signal: AbortSignal) => unknown): Background {
  return ofTask(new TaskRun(host, { name, onError: 'crash' }, call), call);
}

function ofTask(task: TaskRun, call: Background['call']): Background {
  return {
    name: task.name,
    call,
    label: `task ${task.name}`,
    get pending() {
      return task.running ? task.done : undefined;
    },
    start() {
      task.start();
    },
    stop() {
      // it sees its signal abort
    },
  };
}

function ofSchedule(kind: string, schedule: Schedule, call: Background['call']): Background {
  return {
    name: schedule.name,
    call,
    label: `${kind} ${schedule.name}`,
    schedule,
    get pending() {
      return schedule.idle;
    },
    start() {
      schedule.start();
    },
    stop() {
      schedule.stop();
    },
  };
}
