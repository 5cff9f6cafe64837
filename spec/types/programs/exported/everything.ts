import * as mode from 'mode-ts';
import * as graph from 'mode-ts/graph';
import * as testing from 'mode-ts/testing';
import * as threads from 'mode-ts/threads';
import * as workers from 'mode-ts/worker';
const { Container, Service, service, task, timer, crontab, defineService, token } = mode;

class App extends Service {
  constructor(readonly db: { a: 1 }) {
    super();
  }
  listen() {}
}
export const container = new Container();
export const bound = container.bind(App);
export const toSelf = container.bind(App).toSelf();
export const inScope = container.bind(App).toSelf().inSingletonScope();
export const named = inScope.whenNamed('x');
export const activated = inScope.onActivation((_, x) => x);
export const constant = container.bind('x').toConstantValue(1);
export const identifier = constant.getIdentifier();
export const rebound = container.rebind(App);
export const reboundAsync = container.rebindAsync(App);
export const g = container.graph();
export const edges = g.edges();
export const node = g.node('x');
export const plan = container.plan();
export const order = container.plan().order;
export const first = container.plan().order[0];
export const report = container.report();
export const health = container.health();
export const timers = container.timers();
export const app = await container.boot(App);
export const apps = await container.boot([App, 'x']);
export const POOL = token<{ q(): void }>('pool');
export const pool = container.get(POOL);
export const decorator = service();
export const decorated = service({ inject: [App, POOL] });
export const t = task();
export const ti = timer('1s');
export const c = crontab('* * * * *');
export const defined = defineService(App);
export const options = (o: Parameters<typeof container.resource<{ a: 1 }>>[1]) => o;
export const conOptions = (...a: ConstructorParameters<typeof Container>) => a[0];
export const bootOptions = (a: Parameters<typeof container.boot>) => a;
export const stopOptions = (a: Parameters<typeof container.stop>) => a;
export const listener = (a: Parameters<typeof container.on>) => a;
export const get = container.get.bind(container);
export const roots = container.treeRoots;
export const root = container.treeRoots[0];
export const attach = (...a: Parameters<typeof container.attach>) => a;
export const beacon = app.beacon;
export const parent = app.beacon.parent;
export const beacons = [...app.beacon.walk()];
export const asGraph = app.beacon.asGraph();
export const diag = app.diag;
export const log = app.log;
export const state = app.state;
export const hold = app.holdShutdown();
export const ticks = app.ticks('1s');
export const waited = app.wait(Promise.resolve(1));
export const waitedFirst = app.waitFirst([1]);
export const waitedMany = app.waitMany([1]);
export const waitOptions = (...a: Parameters<typeof app.wait>) => a;
export const tracebacks = app.tracebacks();
export const module = new mode.ContainerModule((o) => {
  void o;
});
export const moduleLoad = (o: Parameters<typeof module.load>[0]) => o;
export const bind = (o: Parameters<typeof module.load>[0]) => o.bind;
export const bindTo = (o: Parameters<typeof module.load>[0]) => o.bind(App).to(App);
export const signal = new mode.Signal<[number], App>({ owner: app });
export const bs = signal.withDefaultSender(app);
export const sync = new mode.SyncSignal();
export const sup = new mode.OneForOneSupervisor({}, app);
export const supOptions = (...a: ConstructorParameters<typeof mode.OneForOneSupervisor>) => a;
export const strategies = sup;
export const proxy = mode.ServiceProxy;
export const bucket = new mode.Bucket(1);
export const limited = mode.rateLimit(1, '1s');
export const rlOptions = (...a: Parameters<typeof mode.rateLimit>) => a;
export const q = new mode.FlowControlQueue<number>({});
export const fce = new mode.FlowControlEvent();
export const tq = new mode.ThrowableQueue();
export const st = mode.stampede(async () => 1);
export const flag = mode.transitionsTo('x');
export const policy = mode.restartPolicy({}, 'x');
export const desc = mode.describePolicy;
export const culprit = mode.serviceOfRejection;
export const traced = mode.traceWaits;
export const err = new mode.PlanError([]);
export const problems = err.problems;
export const stopErr = new mode.StopError([], []);
export const clock = mode.systemClock;
export const handle = mode.systemClock.setTimer;
export const inject = mode.inject('x');
export const multi = mode.multiInject('x');
export const mopt = (...a: Parameters<typeof mode.multiInject>) => a;
export const tagged = mode.tagged;
export const fromBase = mode.injectFromBase;
export const fromHierarchy = mode.injectFromHierarchy;
export const injectable = mode.injectable;
export const opt = mode.optional();
export const deco = mode.decorate;
export const lazy = new mode.LazyServiceIdentifier(() => App);
export const dot = graph.toDot;
export const json = graph.toJson(g);
export const fj = graph.fromJson;
export const merm = graph.toMermaid;
export const txt = graph.toText;
export const fake = new testing.FakeClock();
export const hist = testing.recordHistory(container);
export const wc = testing.withClock;
export const thread = new threads.ServiceThread<typeof App>({
  module: import.meta.url,
  export: 'App',
  args: [{ a: 1 }],
});
export const qt = new threads.QueueServiceThread<typeof App>({
  module: import.meta.url,
  export: 'App',
  args: [{ a: 1 }],
});
export const remote = qt.remote;
export const call = qt.call('listen');
export const worker = new workers.Worker(container);
export const wOptions = (...a: ConstructorParameters<typeof workers.Worker>) => a;
export const ran = worker.run();
export class Sub extends Service {
  b = this.beacon;
  d = this.diag;
  w = this.wait(1);
  hold = this.holdShutdown();
  x = this.label;
}
export const everything = { ...mode };
export const allTesting = { ...testing };
export const allGraph = { ...graph };
export const allThreads = { ...threads };
export const allWorkers = { ...workers };
