/** What a container can tell about itself: how the boot went, how it is now, what its timers do. */
import type { ContainerState, ServiceState } from '../base/events.js';
import type { TimerStatus } from '../run/status.js';
import type { Engine } from './engine.js';
import { stateOf } from './picture.js';
import type { Unit } from './unit.js';

/** How the last boot went (systemd's `analyze`). Times are milliseconds since the boot began. */
export interface BootReport {
  totalMs: number;
  services: ServiceReport[];
  /** Ids of what the boot waited for, one after another, the first to start first. */
  criticalChain: string[];
}

/** How the start of one service went. */
export interface ServiceReport {
  id: string;
  name: string;
  state: ServiceState;
  /** When the last of its dependencies was running. */
  readyAt: number;
  /** Later than that where it had to wait for one of `concurrency` starts to be over. */
  startedAt: number;
  runningAt: number;
  /** How long its own start took. */
  ownMs: number;
  /** How long it waited for what it depends on. */
  waitedMs: number;
  restarts: number;
  failure?: unknown;
}

/** How a container is. */
export interface Health {
  /** Not failed: there is no reason to kill the program. */
  live: boolean;
  /** Everything that is required and should run does. */
  ready: boolean;
  state: ContainerState;
  /** Ids of what is not required, and should run but does not. */
  degraded: string[];
  services: { id: string; name: string; state: ServiceState; restarts: number; failure?: unknown }[];
}

export function bootReport(engine: Engine): BootReport {
  const units = engine.units.filter(isService);
  const since = (at: number): number => Math.max(0, at - engine.bootedAt) / 1000;
  const services = units.map((unit) => {
    const readyAt = since(readyAtOf(unit));
    return {
      ...nameOf(unit),
      readyAt,
      startedAt: since(unit.startedAt),
      runningAt: since(unit.runningAt),
      ownMs: unit.ownMs ?? 0,
      waitedMs: readyAt,
      restarts: unit.restarts,
      ...failureOf(unit),
    };
  });
  return { totalMs: engine.totalMs, services, criticalChain: criticalChain(units) };
}

export function healthOf(engine: Engine): Health {
  const { state, units } = engine;
  return {
    live: state !== 'failed',
    ready: state === 'running' && units.every(({ wanted, up, optional }) => !wanted || up || optional),
    state,
    degraded: units.filter((unit) => unit.optional && unit.wanted && (unit.absent || !unit.up)).map(({ id }) => id),
    services: units.filter(isService).map((unit) => ({ ...nameOf(unit), restarts: unit.restarts, ...failureOf(unit) })),
  };
}

export function timersOf(units: readonly Unit[]): TimerStatus[] {
  const statuses: TimerStatus[] = [];
  const rest = units.flatMap(({ lifecycle }) => lifecycle ?? []).reverse();
  // a list instead of calls within calls, since a tree can be deep
  for (let at = rest.pop(); at !== undefined; at = rest.pop()) {
    for (const { schedule } of at.run?.background ?? []) {
      if (schedule !== undefined) statuses.push(schedule.status());
    }
    for (const child of [...at.children].reverse()) rest.push(child);
  }
  return statuses;
}

function isService({ kind }: Unit): boolean {
  return kind === 'service' || kind === 'resource';
}

function nameOf(unit: Unit): { id: string; name: string; state: ServiceState } {
  return { id: unit.id, name: unit.name, state: stateOf(unit) };
}

function failureOf(unit: Unit): { failure?: unknown } {
  const { failure } = unit;
  return failure === undefined ? {} : { failure: failure.error };
}

/** When the last dependency of a unit was running; when its boot began, if it has none. */
function readyAtOf(unit: Unit): number {
  let at = unit.engine.bootedAt;
  for (const { runningAt } of unit.dependencies) if (runningAt > at) at = runningAt;
  return at;
}

/** From what was running last, down through what each waited for longest: a dependency, or a free slot. */
function criticalChain(units: readonly Unit[]): string[] {
  // what was restarted since may be there twice
  const chain = new Set<Unit>();
  for (let at = latest(units); at !== undefined && !chain.has(at);) {
    chain.add(at);
    at = at.engine.slots?.predecessorOf(at) ?? latest(at.dependencies.filter(canBeWaitedFor));
  }
  // what takes no time of its own is only passed through
  return Array.from(chain)
    .filter(isService)
    .map(({ id }) => id)
    .reverse();
}

/** A value that needs nothing is there from the beginning. */
function canBeWaitedFor({ kind, dependencies }: Unit): boolean {
  return kind !== 'value' || dependencies.length > 0;
}

function latest(units: readonly Unit[]): Unit | undefined {
  let last: Unit | undefined;
  for (const unit of units) {
    if (unit.reached && (last === undefined || unit.runningAt >= last.runningAt)) last = unit;
  }
  return last;
}
