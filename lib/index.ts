/**
 * The core. It reads from here downwards as the life of a program goes:
 *
 * declare -> graph -> plan -> start -> run -> supervise -> stop
 *
 * - `declare/`: what the user wrote, as data
 * - `graph/`: order of any graph; `plan/`: inversify's bindings and the declarations, as a sound graph
 * - `container/`: brings the graph up and down; `lifecycle/`: the life of one service, from start to stop
 * - `run/`: tasks, timers, crontabs, while a service runs; `supervise/`: what becomes of crashes
 */
import 'reflect-metadata';

export {
  ContainerModule,
  LazyServiceIdentifier,
  decorate,
  inject,
  injectFromBase,
  injectFromHierarchy,
  injectable,
  multiInject,
  named,
  optional,
  postConstruct,
  preDestroy,
  tagged,
  unmanaged,
} from 'inversify';
export type { ServiceIdentifier } from 'inversify';

export { crontab, service, task, timer } from './declare/decorators.js';
export type { CrontabOptions, TaskOptions, TimerOptions } from './declare/decorators.js';
export type { InjectOption, OnError, ServiceOptions } from './declare/definition.js';

export { Container } from './container/container.js';
export type { BootOptions, ContainerOptions, ResourceOptions, StopOptions } from './container/container.js';
export type { GraphNode, Plan, PlanNode } from './container/picture.js';
export type { BootReport, Health, ServiceReport } from './container/report.js';
export type { NodeKind } from './plan/node.js';

export { Service } from './service.js';
export type { WaitFirstResult, WaitManyResult, WaitOptions, WaitResult } from './service.js';
export type { Hooks } from './lifecycle/lifecycle.js';
export { Beacon } from './lifecycle/beacon.js';
export type { TimerStatus } from './run/status.js';
export type { Coordinator } from './run/host.js';

export { BootError, ModeError, PlanError, RestartLimitError, StopError } from './base/errors.js';
export type { ModeErrorCode, PlanProblem } from './base/errors.js';
export type { Clock, TimerHandle } from './base/clock.js';
export { systemClock } from './base/clock.js';
export type { Duration } from './base/duration.js';
export type { ContainerState, LifecycleEvent, LogLevel, Logger, ServiceState } from './base/events.js';
