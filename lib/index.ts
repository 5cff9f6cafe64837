/**
 * The core. It reads from here downwards as the life of a program goes:
 *
 * declare -> graph -> plan -> start -> run -> supervise -> stop
 *
 * - `declare/`: what the user wrote, as data
 * - `graph/`: order of any graph; `plan/`: inversify's bindings and the declarations, as a sound graph
 * - `container/`: brings the graph up and down; `lifecycle/`: the life of one service, from start to stop
 * - `run/`: tasks, timers, crontabs, while a service runs; `supervise/`: what becomes of crashes, as pure functions
 * - `services/`: services made of services: supervisors, proxies; `tools/`: signals, queues, rate limits, flags
 */
import 'reflect-metadata';

export {
  LazyServiceIdentifier,
  decorate,
  inject,
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
// all that can appear in a type that is inferred from what this package exports: it can be named from here
export type {
  AbstractNewable,
  Bind,
  BindInFluentSyntax,
  BindInWhenOnFluentSyntax,
  BindOnFluentSyntax,
  BindToFluentSyntax,
  BindWhenFluentSyntax,
  BindWhenOnFluentSyntax,
  BindingActivation,
  BindingConstraints,
  BindingDeactivation,
  BindingIdentifier,
  BindingScope,
  BoundServiceSyntax,
  ContainerModuleLoadOptions,
  DynamicValueBuilder,
  Factory,
  GetAllOptions,
  GetOptions,
  GetOptionsTagConstraint,
  InjectFromBaseOptions,
  InjectFromBaseOptionsLifecycle,
  InjectFromHierarchyOptions,
  InjectFromHierarchyOptionsLifecycle,
  IsBound,
  IsBoundOptions,
  MapToResolvedValueInjectOptions,
  MetadataName,
  MetadataTag,
  MultiInjectOptions,
  Newable,
  OnActivation,
  OnDeactivation,
  OptionalGetOptions,
  Rebind,
  RebindSync,
  ResolutionContext,
  ResolvedValueInjectOptions,
  ResolvedValueMetadataInjectOptions,
  ResolvedValueMetadataInjectTagOptions,
  ServiceIdentifier,
  Unbind,
  UnbindSync,
} from 'inversify';
export type { Edge as GraphEdge, Graph, GraphOptions, Label as GraphLabel } from '@dagrejs/graphlib';

export { crontab, service, task, timer } from './declare/decorators.js';
export type {
  CrontabOptions,
  ServiceDecorator,
  TaskOptions,
  TimerOptions,
  WorkDecorator,
} from './declare/decorators.js';
export { defineService } from './declare/define-service.js';
export type { DefineServiceOptions, MethodName } from './declare/define-service.js';
export { injectFromBase } from './declare/inject-from-base.js';
export { token } from './declare/token.js';
export type { ClassTaking, Dependencies, Instances, NotTooLong, Token, UnknownKey } from './declare/token.js';
export type { InjectOption, OnError, RestartOptions, RestartScope, ServiceOptions } from './declare/definition.js';

export { Container } from './container/container.js';
export { ContainerModule } from './container/module.js';
export type { ModuleOptions } from './container/module.js';
export type { BootOptions, ContainerOptions, ResourceOptions, StopOptions } from './container/options.js';
export type { GraphNode, Plan, PlanNode } from './container/picture.js';
export type { BootReport, Health, ServiceReport } from './container/report.js';
export type { NodeKind } from './plan/node.js';

export { Service } from './service.js';
export type { WaitFirstResult, WaitManyResult, WaitOptions, WaitResult } from './service.js';
export type { Hooks } from './lifecycle/hooks.js';
export {
  CrashingSupervisor,
  ForfeitOneForAllSupervisor,
  ForfeitOneForOneSupervisor,
  OneForAllSupervisor,
  OneForOneSupervisor,
  RestForOneSupervisor,
  Supervisor,
} from './services/supervisor.js';
export type { Replacement, SupervisorOptions } from './services/supervisor.js';
export { ServiceProxy } from './services/proxy.js';
export { describePolicy, restartPolicy } from './supervise/budget.js';
export type {
  Backoff,
  BackoffOptions,
  RestartPolicy,
  RestartPolicyOptions,
  StartRetryOptions,
} from './supervise/budget.js';
export type { Strategy } from './supervise/strategy.js';
export { Beacon } from './lifecycle/beacon.js';
export type { TreeNode } from './lifecycle/beacon.js';
export type { TimerStatus } from './run/status.js';
export { traceWaits } from './run/tracing.js';
export { serviceOfRejection } from './run/rejection.js';
export type { Culprit } from './run/rejection.js';
export type { Coordinator } from './run/host.js';

export { BoundSignal, Signal, SyncSignal } from './tools/signal.js';
export type { ConnectOptions, SignalHandler, SignalOptions } from './tools/signal.js';
export { Diag, transitionsTo } from './tools/diag.js';
export type { Diagnosed, TransitionsTo } from './tools/diag.js';
export { FlowControlEvent, FlowControlQueue } from './tools/flow-control.js';
export type { FlowControlEventOptions, FlowControlQueueOptions, PressureCallbacks } from './tools/flow-control.js';
export { ThrowableQueue } from './tools/throwable-queue.js';
export { Bucket, rateLimit } from './tools/rate-limit.js';
export type { RateLimitOptions } from './tools/rate-limit.js';
export { stampede } from './tools/stampede.js';
export type { Stampede } from './tools/stampede.js';

export { BootError, ModeError, PlanError, RestartLimitError, StopError } from './base/errors.js';
export type { ModeErrorCode, PlanProblem } from './base/errors.js';
export type { Clock, TimerHandle } from './base/clock.js';
export { systemClock } from './base/clock.js';
export type { Duration } from './base/duration.js';
export type { ContainerState, LifecycleEvent, LogLevel, Logger, ServiceState } from './base/events.js';
