/**
 * A plan reads the dependencies of what does not run anew. When bindings changed while a service was starting, stopping or on its way
 * back, what it had been given was never released, or what it waited for never came.
 */
import { expect, it } from 'vitest';
import { Container } from '../../lib/index.js';
import { settle, stage, troupe } from '../container/support.js';

function program() {
  const { player, ...rest } = troupe();
  const { container } = stage();
  const Redis = player('Redis');
  const Memory = player('Memory');
  container.bind('store').to(Redis);
  const App = player('App', { needs: ['store'] });
  return { container, player, Redis, Memory, App, ...rest };
}

type Program = ReturnType<typeof program>;

const looks: [string, (container: Container, App: Program['App']) => unknown][] = [
  ['a boot', (container, App) => container.boot(App)],
  ['a plan', (container, App) => container.plan(App)],
  ['a graph', (container) => container.graph()],
  ['a get', (container, App) => container.get(App)],
];

it.each(looks)('%s while it starts', async (_, look) => {
  const { container, App, Memory, hold, release, since } = program();
  hold('+App');
  const booting = container.boot(App);
  await settle();
  container.rebind('store').to(Memory);
  void look(container, App);
  await settle();
  release('+App');
  await booting;
  await container.stop();
  expect(since()).toEqual(['+Redis', '+App', '-App', '-Redis']);
  await container.boot(App);
  await container.stop();
  expect(since()).toEqual(['+Memory', '+App', '-App', '-Memory']);
});

it.each(looks)('%s while it stops', async (_, look) => {
  const { container, App, Memory, hold, release, since } = program();
  await container.boot(App);
  hold('-App');
  const stopping = container.stop(App);
  await settle();
  container.rebind('store').to(Memory);
  void look(container, App);
  release('-App');
  await stopping;
  await settle();
  await container.stop();
  expect(container.state).toBe('stopped');
  const log = since();
  const names = (sign: string) => log.filter((line) => line.startsWith(sign)).map((line) => line.slice(1));
  expect(new Set(names('-'))).toEqual(new Set(names('+')));
  expect(log.slice(0, 3)).toEqual(['+Redis', '+App', '-App']);
});

it.each(looks)('%s while it waits to come back', async (_, look) => {
  const { container, App, Redis, Memory, hold, release, since } = program();
  await container.boot(App);
  hold('-Redis');
  const restarting = container.restart(Redis);
  await settle();
  expect(since()).toEqual(['+Redis', '+App', '-App', '-Redis']);
  container.rebind('store').to(Memory);
  void look(container, App);
  await settle();
  release('-Redis');
  await restarting;
  await settle();
  expect(container.health().ready).toBe(true);
  await container.stop();
  expect(container.state).toBe('stopped');
  const log = since();
  expect(log.filter((line) => line === '+App')).toHaveLength(1);
});

it.each(looks)('%s of what became unsound while it waits to come back', async (_, look) => {
  const { container, App, Redis, hold, release, since } = program();
  await container.boot(App);
  hold('-Redis');
  const restarting = container.restart(Redis);
  await settle();
  container.unbind('store');
  const looking = (async () => look(container, App))();
  await settle();
  release('-Redis');
  await Promise.all([restarting, looking]);
  await container.stop();
  expect(since()).toEqual(['+Redis', '+App', '-App', '-Redis', '+Redis', '+App', '-App', '-Redis']);
});
