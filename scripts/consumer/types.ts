import { Container, Service, service, type BootReport, type LifecycleEvent, type ServiceState } from 'mode-ts';
import * as graph from 'mode-ts/graph';
import * as testing from 'mode-ts/testing';
import { Worker } from 'mode-ts/worker';

@service()
class Db extends Service {
  readonly url = 'memory:';
}

const container = new Container();
container.on((event: LifecycleEvent) => {
  if (event.type === 'service') event.to satisfies ServiceState;
});

export async function main(): Promise<BootReport> {
  await using db = await container.boot(Db);
  db.url satisfies string;
  // @ts-expect-error: there is no such state
  if (container.state === 'asleep') return container.report();
  return container.report();
}

export const worker = new Worker(container);
export const entries = [graph, testing];
