/** Names and shapes that users rely on: what the type checker sees of them, and what is there at run time. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as core from '../lib/index.js';
import type {
  BootError,
  BootReport,
  ContainerState,
  Duration,
  GraphNode,
  Health,
  LifecycleEvent,
  ModeError,
  ModeErrorCode,
  NodeKind,
  Plan,
  PlanError,
  PlanNode,
  PlanProblem,
  RestartLimitError,
  ServiceReport,
  ServiceState,
  StopError,
  TimerStatus,
} from '../lib/index.js';
import { stage } from './container/support.js';

type Event<T extends LifecycleEvent['type']> = Extract<LifecycleEvent, { type: T }>;

describe('the types', () => {
  it('of states', () => {
    expectTypeOf<ServiceState>().toEqualTypeOf<'idle' | 'starting' | 'running' | 'stopping' | 'stopped' | 'crashed'>();
    expectTypeOf<ContainerState>().toEqualTypeOf<'idle' | 'starting' | 'running' | 'stopping' | 'stopped' | 'failed'>();
    expectTypeOf<NodeKind>().toEqualTypeOf<'service' | 'resource' | 'injectable' | 'value'>();
    expectTypeOf<Duration>().toEqualTypeOf<number | string>();
  });

  it('of a plan', () => {
    expectTypeOf<Plan>().toExtend<{ roots: string[]; order: PlanNode[]; levels: PlanNode[][] }>();
    expectTypeOf<PlanNode>().toExtend<{
      id: string;
      name: string;
      kind: NodeKind;
      dependencies: string[];
      level: number;
    }>();
    expectTypeOf<PlanProblem>().toExtend<{
      kind: 'missing' | 'cycle' | 'ambiguous' | 'metadata' | 'parent';
      message: string;
      path: string[];
      suggestions: string[];
    }>();
    expectTypeOf<GraphNode>().toExtend<{ name: string; kind: NodeKind | 'child'; state: ServiceState }>();
  });

  it('of what a container tells', () => {
    expectTypeOf<BootReport>().toExtend<{ totalMs: number; services: ServiceReport[]; criticalChain: string[] }>();
    expectTypeOf<ServiceReport>().toExtend<{
      id: string;
      name: string;
      state: ServiceState;
      readyAt: number;
      startedAt: number;
      runningAt: number;
      ownMs: number;
      waitedMs: number;
      restarts: number;
      failure?: unknown;
    }>();
    expectTypeOf<Health>().toExtend<{
      live: boolean;
      ready: boolean;
      state: ContainerState;
      services: { id: string; name: string; state: ServiceState; restarts: number; failure?: unknown }[];
    }>();
    expectTypeOf<TimerStatus>().toExtend<{
      service: string;
      name: string;
      kind: 'timer' | 'crontab';
      nextAt?: Date;
      lastAt?: Date;
      lastMs?: number;
      runs: number;
      skipped: number;
      failures: number;
    }>();
  });

  it('of errors', () => {
    expectTypeOf<ModeError['code']>().toEqualTypeOf<ModeErrorCode>();
    expectTypeOf<ModeErrorCode>().toExtend<`ERR_MODE_${string}`>();
    expectTypeOf<ModeError['path']>().toEqualTypeOf<string[] | undefined>();
    expectTypeOf<PlanError>().toExtend<ModeError & { problems: PlanProblem[] }>();
    expectTypeOf<BootError>().toExtend<
      ModeError & { service: string; path: string[]; cause?: unknown; errors: unknown[] }
    >();
    expectTypeOf<StopError>().toExtend<
      ModeError & {
        errors: { service: string; error: unknown }[];
        abandoned: { service: string; waitingOn: string[] }[];
      }
    >();
    expectTypeOf<RestartLimitError>().toExtend<ModeError & { service: string; restarts: number; cause?: unknown }>();
  });

  it('of events', () => {
    expectTypeOf<LifecycleEvent['type']>().toEqualTypeOf<
      'container' | 'service' | 'task' | 'timer' | 'restart' | 'retry' | 'degraded' | 'abandoned' | 'warning'
    >();
    expectTypeOf<LifecycleEvent['at']>().toEqualTypeOf<Date>();
    expectTypeOf<Event<'container'>>().toExtend<{ from: ContainerState; to: ContainerState; error?: unknown }>();
    expectTypeOf<Event<'service'>>().toExtend<{
      id: string;
      name: string;
      from: ServiceState;
      to: ServiceState;
      ms?: number;
      error?: unknown;
    }>();
    expectTypeOf<Extract<LifecycleEvent, { what: string }>>().toExtend<{
      type: 'task' | 'timer';
      service: string;
      name: string;
      what: 'begin' | 'end' | 'skip' | 'error';
      ms?: number;
      error?: unknown;
    }>();
    expectTypeOf<Event<'retry'>>().toExtend<{ service: string; attempt: number; delayMs: number; error: unknown }>();
    expectTypeOf<Event<'degraded'>>().toExtend<{ service: string; error: unknown }>();
    expectTypeOf<Event<'restart'>>().toExtend<{
      service: string;
      attempt: number;
      delayMs: number;
      scope: string;
      error: unknown;
    }>();
    expectTypeOf<Event<'abandoned'>>().toExtend<{ service: string; waitingOn: string[] }>();
    expectTypeOf<Event<'warning'>>().toExtend<{ message: string; error?: unknown }>();
  });

  it('of a container', () => {
    const { container } = stage();
    @core.service()
    class App extends core.Service {
      readonly mine = 1;
    }
    expectTypeOf(container.boot(App)).resolves.toEqualTypeOf<App>();
    expectTypeOf(container.boot).toBeCallableWith({ signal: AbortSignal.abort() });
    expectTypeOf<Awaited<ReturnType<typeof container.stop>>>().toEqualTypeOf<void>();
    expectTypeOf(container.on(() => undefined)).toEqualTypeOf<() => void>();
    expectTypeOf<core.Container>().toExtend<AsyncDisposable>();
    expectTypeOf(container.get(App)).toEqualTypeOf<App>();
  });

  it('refuse what makes no sense', () => {
    const { container } = stage();
    // @ts-expect-error -- a class decorator does not decorate methods
    void (() => core.service()(class {}.prototype, 'run', {}));
    // @ts-expect-error -- an option that is none
    void (() => core.service({ startTimout: 5 }));
    // @ts-expect-error -- a duration is no date
    void (() => core.timer(new Date()));
    // @ts-expect-error -- start is missing
    void (() => container.resource('pool', {}));
    // @ts-expect-error -- a listener takes an event
    void (() => container.on((event: string) => event));
    expect(container.state).toBe('idle');
  });
});

describe('the package exports', () => {
  it.each([
    'Container',
    'Service',
    'service',
    'task',
    'timer',
    'crontab',
    'ModeError',
    'PlanError',
    'BootError',
    'StopError',
    'RestartLimitError',
    'Signal',
    'SyncSignal',
    'ServiceProxy',
    'OneForOneSupervisor',
    'OneForAllSupervisor',
    'RestForOneSupervisor',
    'ForfeitOneForOneSupervisor',
    'ForfeitOneForAllSupervisor',
    'CrashingSupervisor',
    'transitionsTo',
  ])('%s', (name) => {
    expect(core).toHaveProperty(name, expect.any(Function));
  });

  it.each([
    'inject',
    'multiInject',
    'optional',
    'named',
    'tagged',
    'injectable',
    'postConstruct',
    'preDestroy',
    'unmanaged',
    'decorate',
    'LazyServiceIdentifier',
  ])("inversify's own %s", async (name) => {
    expect((core as Record<string, unknown>)[name]).toBe(
      ((await import('inversify')) as Record<string, unknown>)[name],
    );
  });

  it("a ContainerModule that is one of inversify's", async () => {
    const { ContainerModule } = await import('inversify');
    expect(new core.ContainerModule(() => undefined)).toBeInstanceOf(ContainerModule);
  });

  it('and every method of the container that the contract names', () => {
    const { container } = stage();
    for (const method of [
      'boot',
      'stop',
      'restart',
      'resource',
      'plan',
      'graph',
      'report',
      'health',
      'timers',
      'on',
      'get',
      'bind',
    ]) {
      expect(container).toHaveProperty(method, expect.any(Function));
    }
    expect(container.state).toBe('idle');
    expect(container[Symbol.asyncDispose]).toBeTypeOf('function');
  });
});
